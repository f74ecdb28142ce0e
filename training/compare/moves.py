"""Figures of how answers move on the same photos from an old model to a new one. No labels are needed.

What a person sees is the likeliest grade and its range, and over time the expected grade; so these are compared.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.attributes import GRADES, KEYS
from training.bootstrap import RESAMPLES, interval
from training.decoding import Decoding, plausible_grades
from training.fairness import TONE_NAMES
from training.groups import own_groups
from training.metrics import plain, report
from training.photo_set import PhotoSet
from training.runtime import Answers

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def moves(old: Answers, new: Answers, decoding: Decoding, photos: PhotoSet, seed: int) -> dict[str, Any]:
    """All figures; `decoding` is the old model's, whose ranges people have seen, `seed` draws the intervals."""
    people = own_groups(photos.people)
    each = {key: attribute_moves(old, new, a, decoding.conformal_q[a], people, seed) for a, key in enumerate(KEYS)}
    same = old.most_likely == new.most_likely
    return {
        "photos": len(photos),
        "grades_equal": float(same.mean()),
        "grades_within_one": float((np.abs(old.most_likely - new.most_likely) <= 1).mean()),
        "photos_unchanged": float(same.all(1).mean()),
        "attributes": each,
        "tones": tone_moves(old, new, photos.tones),
        "against_truth": against_truth(old, new, photos.clean, seed, people),
    }


def attribute_moves(old: Answers, new: Answers, a: int, q: float, people: Ints, seed: int) -> dict[str, Any]:
    """Of the attribute in column `a`: agreement, bias with its interval, size of moves, by the old grade."""
    before, after = old.most_likely[:, a], new.most_likely[:, a]
    step = new.expected[:, a] - old.expected[:, a]
    low, high = plausible_grades(old.probabilities[:, a], np.array(q))
    table = np.zeros((GRADES, GRADES), int)
    np.add.at(table, (before, after), 1)
    return {
        "n": len(step),
        "grades_equal": float((before == after).mean()),
        "grades_within_one": float((np.abs(before - after) <= 1).mean()),
        "outside_range": float(((after < low) | (after > high)).mean()),
        "expected_bias": float(step.mean()),
        "ci95": list(interval(resampled_means(step, people, seed))),
        "expected_mae": float(np.abs(step).mean()),
        "expected_p95": float(np.quantile(np.abs(step), 0.95)),
        "from_to": table.tolist(),
        "by_grade": [_group(before == grade, before == after, step) | {"grade": grade} for grade in range(GRADES)],
    }


def tone_moves(old: Answers, new: Answers, tones: Ints) -> list[dict[str, Any]]:
    """Agreement and bias of each attribute by class of skin tone; empty where tones are not known."""
    step, same = new.expected - old.expected, old.most_likely == new.most_likely
    return [
        {
            "tone": TONE_NAMES[tone],
            "n": int((tones == tone).sum()),
            "grades_equal": float(same[tones == tone].mean()),
            "expected_bias": {key: float(step[tones == tone, a].mean()) for a, key in enumerate(KEYS)},
        }
        for tone in np.unique(tones[tones >= 0])
    ]


def against_truth(old: Answers, new: Answers, truth: Ints, seed: int, people: Ints) -> dict[str, Any] | None:
    """P-Recall of both models by attribute, so that a move can be told from a mistake; None without labels."""
    if not (truth >= 0).any():
        return None
    reports = {name: report(truth, one.balanced, seed, people) for name, one in (("old", old), ("new", new))}
    return {
        key: {
            name: {figure: found["attributes"][key][figure] for figure in ("p_recall_present", "ci95")}
            for name, found in reports.items()
        }
        for key in KEYS
    }


def resampled_means(values: Floats, people: Ints, seed: int) -> Floats:
    """The mean of values (N,) in each of RESAMPLES resamples of the people (N,), whose photos stay together."""
    sums, n = np.bincount(people, values), np.bincount(people)
    draws = np.random.default_rng(seed).integers(0, len(n), (RESAMPLES, len(n)))
    return sums[draws].sum(1) / n[draws].sum(1)


def worst(old: Answers, new: Answers, count: int) -> list[tuple[int, int]]:
    """(photo, attribute) of the photos whose expected grade moves most, each with the attribute that does."""
    step = np.abs(new.expected - old.expected)
    order = np.argsort(-step.max(1), kind="stable")[:count]
    return [(int(i), int(step[i].argmax())) for i in order]


def _group(chosen: NDArray[np.bool_], same: NDArray[np.bool_], step: Floats) -> dict[str, Any]:
    n = int(chosen.sum())
    share, bias = (float(values[chosen].mean()) if n else float("nan") for values in (same, step))
    return {"n": n, "grades_equal": plain(share), "expected_bias": plain(bias)}
