"""Bootstrap of P-Recall: how far a figure would move on other photos of the same kind.

Percentile intervals (Efron, 1979) over resampled photos, or over resampled groups of photos that belong together,
such as those of one person.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from training.attributes import GRADES
from training.decoding import REWARD

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Seed = int | Sequence[int]

RESAMPLES = 1000
BLOCK = 2_000_000  # draws held at once


def resampled(truth: Ints, answers: Ints, seed: Seed = 0, groups: Ints | None = None) -> Floats:
    """P-Recall over all five grades and over those present (RESAMPLES,2), NaN where a resample holds no labelled photo.

    A photo whose truth is -1 is drawn and does not count, so one seed draws the same photos for every attribute.
    """
    if len(truth) == 0:
        return np.full((RESAMPLES, 2), np.nan)
    sums, n = _by_group(truth, answers, groups)
    rng, step = np.random.default_rng(seed), max(1, BLOCK // len(n))
    means = np.full((RESAMPLES, 2), np.nan)
    for start in range(0, RESAMPLES, step):
        part = means[start : start + step]
        times = rng.multinomial(len(n), np.full(len(n), 1 / len(n)), len(part))
        drawn, weights = times @ sums, times @ n
        present = weights > 0
        rewards = np.divide(drawn, weights, out=np.zeros_like(drawn), where=present).sum(1)
        grades = np.stack([np.full(len(part), GRADES), present.sum(1)], 1)
        np.divide(rewards[:, None], grades, out=part, where=present.any(1, keepdims=True))
    return means


def resampled_mean(truth: Ints, answers: Ints, seed: Seed = 0, groups: Ints | None = None) -> Floats:
    """Both as means over the attributes, in each resample, for truth and answers (N,5)."""
    each = np.stack([resampled(truth[:, a], answers[:, a], seed, groups) for a in range(truth.shape[1])])
    known = ~np.isnan(each)
    return np.divide(np.nansum(each, 0), known.sum(0), out=np.full((RESAMPLES, 2), np.nan), where=known.any(0))


def interval(draws: Floats) -> tuple[float, float]:
    """95 % percentile interval of resampled figures; NaN where there is none."""
    draws = draws[~np.isnan(draws)]
    if len(draws) == 0:
        return float("nan"), float("nan")
    low, high = np.quantile(draws, (0.025, 0.975))
    return float(low), float(high)


def _by_group(truth: Ints, answers: Ints, groups: Ints | None) -> tuple[Floats, Floats]:
    """Per group and true grade, the sum of rewards and the number of photos: resampling is then a matrix product."""
    ids = np.arange(len(truth)) if groups is None else np.unique(groups, return_inverse=True)[1]
    sums, n = np.zeros((int(ids.max()) + 1, GRADES)), np.zeros((int(ids.max()) + 1, GRADES))
    known = truth >= 0
    np.add.at(sums, (ids[known], truth[known]), REWARD[truth[known], answers[known]])
    np.add.at(n, (ids[known], truth[known]), 1)
    return sums, n
