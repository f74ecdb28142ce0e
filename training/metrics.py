"""Figures of merit: P-Recall both ways, with n per grade and bootstrap intervals, and the usual companions.

P-Recall rewards an answer by its distance from the truth (`decoding.REWARD_BY_DISTANCE`), averages over the photos
of each true grade, then over grades: over all five (an absent grade counts 0), and over the grades present.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.attributes import GRADES, KEYS
from training.decoding import REWARD

Ints = NDArray[np.int64]
RESAMPLES = 1000
BLOCK = 2_000_000  # draws held at once


def rewards_by_grade(truth: Ints, answers: Ints) -> tuple[NDArray[np.float64], Ints]:
    """Mean reward of each true grade (5,), NaN where absent, and n per grade (5,)."""
    n = np.bincount(truth, minlength=GRADES)
    sums = np.bincount(truth, REWARD[truth, answers], GRADES)
    return np.divide(sums, n, out=np.full(GRADES, np.nan), where=n > 0), n


def p_recall(truth: Ints, answers: Ints) -> tuple[float, float]:
    """P-Recall over all five grades, and over the grades present; NaN when there is no photo."""
    means, n = rewards_by_grade(truth, answers)
    if not n.any():
        return float("nan"), float("nan")
    return float(np.nansum(means) / GRADES), float(np.nanmean(means))


def bootstrap_interval(truth: Ints, answers: Ints, seed: int = 0, groups: Ints | None = None) -> tuple[float, float]:
    """95 % percentile interval of P-Recall over the grades present, resampling photos, or whole groups of them."""
    if len(truth) == 0:
        return float("nan"), float("nan")
    ids = np.arange(len(truth)) if groups is None else np.unique(groups, return_inverse=True)[1]
    count = int(ids.max()) + 1
    # Per group, the sum of rewards and the number of photos of each true grade: resampling is then a matrix product.
    sums, n = np.zeros((count, GRADES)), np.zeros((count, GRADES))
    np.add.at(sums, (ids, truth), REWARD[truth, answers])
    np.add.at(n, (ids, truth), 1)
    rng, step = np.random.default_rng(seed), max(1, BLOCK // count)
    means = np.empty(RESAMPLES)
    for start in range(0, RESAMPLES, step):
        part = means[start : start + step]
        times = rng.multinomial(count, np.full(count, 1 / count), len(part))
        drawn, weights = times @ sums, times @ n
        present = weights > 0
        part[:] = np.divide(drawn, weights, out=np.zeros_like(drawn), where=present).sum(1) / present.sum(1)
    low, high = np.quantile(means, (0.025, 0.975))
    return float(low), float(high)


def attribute_report(truth: Ints, answers: Ints, seed: int = 0, groups: Ints | None = None) -> dict[str, Any]:
    """Figures of one attribute; truth of -1 is not labelled and left out."""
    known = truth >= 0
    truth, answers, groups = truth[known], answers[known], None if groups is None else groups[known]
    every, present = p_recall(truth, answers)
    distance = np.abs(truth - answers)
    confusion = np.zeros((GRADES, GRADES), np.int64)
    np.add.at(confusion, (truth, answers), 1)
    return {
        "p_recall": _plain(every),
        "p_recall_present": _plain(present),
        "ci95": [_plain(end) for end in bootstrap_interval(truth, answers, seed, groups)],
        "n": np.bincount(truth, minlength=GRADES).tolist(),
        "accuracy": _mean(distance == 0),
        "within_one": _mean(distance <= 1),
        "mae": _mean(distance),
        "confusion": confusion.tolist(),
    }


def report(truth: Ints, answers: Ints, seed: int = 0, groups: Ints | None = None) -> dict[str, Any]:
    """Figures of all attributes for truth (N,5), -1 where not labelled, and answers (N,5)."""
    each = {k: attribute_report(truth[:, a], answers[:, a], seed, groups) for a, k in enumerate(KEYS)}
    return {
        "mean_p_recall": _mean_of(each, "p_recall"),
        "mean_p_recall_present": _mean_of(each, "p_recall_present"),
        "attributes": each,
    }


def covered_share(truth: Ints, low: Ints, high: Ints) -> float | None:
    """Share of labelled truths inside [low, high]; None when nothing is labelled."""
    known = truth >= 0
    return _mean((low[known] <= truth[known]) & (truth[known] <= high[known]))


def table(figures: dict[str, Any]) -> str:
    """A report as text for people."""
    titles = f"{'attribute':14} {'P-Recall':>8} {'present':>8} {'95 % interval':>17} {'exact':>6} {'±1':>6}"
    lines = [f"{titles}   n per grade 0..4"]
    for key, one in figures["attributes"].items():
        interval = f"{_text(one['ci95'][0])} .. {_text(one['ci95'][1])}"
        shares = f"{_text(one['accuracy'], 2):>6} {_text(one['within_one'], 2):>6}"
        counts = " ".join(map(str, one["n"]))
        both = f"{_text(one['p_recall']):>8} {_text(one['p_recall_present']):>8}"
        lines.append(f"{key:14} {both} {interval:>17} {shares}   {counts}")
    lines.append(f"{'mean':14} {_text(figures['mean_p_recall']):>8} {_text(figures['mean_p_recall_present']):>8}")
    return "\n".join(lines)


def _plain(value: float) -> float | None:
    """JSON has no NaN: None stands for a figure without photos."""
    return None if np.isnan(value) else round(float(value), 6)


def _mean(values: NDArray) -> float | None:
    return round(float(values.mean()), 6) if len(values) else None


def _mean_of(each: dict[str, dict[str, Any]], name: str) -> float | None:
    values = [one[name] for one in each.values() if one[name] is not None]
    return round(sum(values) / len(values), 6) if values else None


def _text(value: float | None, digits: int = 3) -> str:
    return "-" if value is None else f"{value:.{digits}f}"
