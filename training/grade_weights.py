"""How often each grade occurs in a training set, and how much losses make each one count.

Counts are those of the whole set, never of a batch, where a rare grade is mostly absent.
"""

import numpy as np
from numpy.typing import NDArray

from training.attributes import GRADES

Ints = NDArray[np.integer]
Floats = NDArray[np.float64]


def grade_counts(labels: Ints, weights: Floats | None = None) -> Floats:
    """Photos of each attribute's grades (5,5), as they are or as expected in N draws with `weights` (N,).

    labels (N,5) are grades 0..4, negative where not labelled.
    """
    expected = np.ones(len(labels)) if weights is None else weights * len(labels)
    known = labels >= 0
    return np.stack([np.bincount(labels[k, a], expected[k], GRADES) for a, k in enumerate(known.T)])


def equal_weights(counts: Floats) -> Floats:
    """1 for each grade."""
    return np.ones_like(counts)


def class_balanced_weights(counts: Floats, beta: float = 0.9999) -> Floats:
    """(1 - beta) / (1 - beta^n) for counts n (5,), scaled to mean 1 over grades that occur; 0 for the others.

    The inverse of the effective number of photos (Cui et al., arXiv 1901.05555).
    """
    occurs = counts > 0
    effective = -np.expm1(counts * np.log(beta)) / (1 - beta)
    weights = np.divide(1, effective, out=np.zeros_like(effective), where=occurs)
    return weights / weights[occurs].mean() if occurs.any() else weights


def inverse_prior(counts: Floats) -> Floats:
    """1 / share of each grade for counts (5,).

    One that never occurs counts as the rarest that does: the logarithm of 0 would leave its logit untrained.
    """
    seen = np.where(counts > 0, counts, counts[counts > 0].min()) if counts.any() else equal_weights(counts)
    return seen.sum() / seen
