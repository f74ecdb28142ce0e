"""Weights for drawing photos so that the grades of all five attributes come up about equally often at once.

A photo carries several labels and most are missing, so no attribute can be balanced by itself. Of all weights with the
wanted shares per grade, those nearest to uniform (in relative entropy) are found by raking: scale the photos of each
grade by wanted over present share until they agree (Deming and Stephan, Ann. Math. Statist. 1940), all attributes in
one step (Darroch and Ratcliff, Ann. Math. Statist. 1972), truncated at a largest weight (Deville and Särndal, JASA
1992). Each attribute keeps the share of draws on which it is labelled. Shares that exclude one another are met halfway.
"""

import numpy as np
from numpy.typing import NDArray

from training.attributes import KEYS
from training.grade_weights import Floats, Ints, grade_counts

CYCLES, CLOSE = 500, 1e-6  # at most so many; shares this near (relative) are reached


def balanced_weights(labels: Ints, most: float = 10.0) -> Floats:
    """Chance of drawing each photo, (N,), sum 1, for labels (N,5), negative where not labelled.

    No photo is drawn more than `most` times as often as in uniform sampling: more makes rare grades more equal, and the
    draws more often the same photos. A photo without any label gets 0, unless all are so. Raises ValueError for no
    photos and for `most` below 1.
    """
    if len(labels) == 0 or most < 1:
        raise ValueError("balancing needs at least one photo, and a largest weight `most` of 1 or more")
    useful = (labels >= 0).any(1)
    if not useful.any():
        return np.full(len(labels), 1 / len(labels))
    weights = np.zeros(len(labels))
    weights[useful] = _rake(labels[useful], most)
    return weights


def imbalance(labels: Ints, weights: Floats) -> dict[str, dict[str, float | None]]:
    """Per attribute, times the commonest grade present is drawn for each of the rarest: uniformly and with `weights`.

    {key: {"before": ratio, "after": ratio}}, None where nothing is labelled, infinite where a grade is never drawn.
    """
    counts = {"before": grade_counts(labels), "after": grade_counts(labels, weights)}
    present = counts["before"] > 0
    return {key: {when: _ratio(each[a, present[a]]) for when, each in counts.items()} for a, key in enumerate(KEYS)}


def _ratio(counts: Floats) -> float | None:
    if counts.size == 0:
        return None
    return float(counts.max() / counts.min()) if counts.min() > 0 else float("inf")


def _rake(labels: Ints, most: float) -> Floats:
    """Weights (N,), sum 1, for photos that all have a label."""
    known = labels >= 0
    have = grade_counts(labels)
    wanted = np.stack([_fill(row > 0, most * row, row.sum()) for row in have])
    logs, per_photo = np.zeros(len(labels)), known.sum(1).max()
    for _ in range(CYCLES):
        # The lower end only keeps the shares of grades that exclude one another from reaching zero.
        weights = np.exp(np.clip(logs, -50, np.log(most))) / len(labels)
        factors = np.divide(wanted, grade_counts(labels, weights), out=np.ones_like(wanted), where=have > 0)
        if np.abs(factors - 1).max() < CLOSE:
            break
        steps = np.log(factors)[np.arange(len(KEYS)), labels]
        logs += np.where(known, steps, 0).sum(1) / per_photo
    return _fill(weights, np.full(len(labels), most / len(labels)), 1)


def _fill(base: NDArray, caps: Floats, total: float) -> Floats:
    """min(scale * base, caps) with the scale that makes their sum `total`, which the caps allow."""
    full = np.zeros(len(base), bool)
    while True:
        rest = base[~full].sum()
        filled = np.where(full, caps, base * ((total - caps[full].sum()) / rest if rest > 0 else 0))
        over = ~full & (filled > caps * (1 + 1e-12))
        if not over.any():
            return filled
        full |= over
