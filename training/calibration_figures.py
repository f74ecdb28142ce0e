"""Do the probabilities and the ranges mean what they say? Calibration error, ranked probability score, reliability.

Probabilities are (N,5) for one attribute. They were fitted to what raters write, so against the clean grades of
synthetic skin they look too careful; both are reported.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.decoding import ranked_probability_scores

Floats = NDArray[np.floating]
Ints = NDArray[np.int64]
BINS = 10  # of equal width


def probability_figures(probabilities: Floats, truth: Ints) -> dict[str, Any]:
    """`ece`, mean `rps` and the `reliability` bins for truth (N,), -1 where not labelled; None without labels."""
    known = truth >= 0
    probabilities, truth = probabilities[known], truth[known]
    if len(truth) == 0:
        return {"ece": None, "rps": None, "reliability": []}
    bins = reliability(probabilities, truth)
    scores = ranked_probability_scores(probabilities)[np.arange(len(truth)), truth]
    return {"ece": calibration_error(bins), "rps": round(float(scores.mean()), 6), "reliability": bins}


def reliability(probabilities: Floats, truth: Ints) -> list[dict[str, float]]:
    """Photos binned by the probability of the likeliest grade: `n`, mean `confidence`, share `accuracy`, 0..1.

    Bins without a photo are left out.
    """
    confidence, hit = probabilities.max(-1), probabilities.argmax(-1) == truth
    place = np.minimum((confidence * BINS).astype(int), BINS - 1)
    inside = [place == b for b in range(BINS)]
    return [
        {
            "n": int(i.sum()),
            "confidence": round(float(confidence[i].mean()), 6),
            "accuracy": round(float(hit[i].mean()), 6),
        }
        for i in inside
        if i.any()
    ]


def calibration_error(bins: list[dict[str, float]]) -> float:
    """Expected calibration error, 0..1: |confidence - accuracy| weighted by n (Naeini et al., AAAI 2015)."""
    total = sum(one["n"] for one in bins)
    return round(sum(one["n"] * abs(one["confidence"] - one["accuracy"]) for one in bins) / total, 6)


def range_width(low: Ints, high: Ints) -> float:
    """Mean number of grades, 1..5, in the ranges low..high."""
    return round(float((high - low + 1).mean()), 6)
