"""Figures of merit: P-Recall both ways, with n per grade and bootstrap intervals, and the usual companions.

P-Recall rewards an answer by its distance from the truth (`decoding.REWARD_BY_DISTANCE`), averages over the photos
of each true grade, then over grades: over all five (an absent grade counts 0), and over the grades present.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.attributes import GRADES, KEYS
from training.bootstrap import interval, resampled, resampled_mean
from training.decoding import REWARD
from training.ordinal import ordinal_figures

Ints = NDArray[np.int64]


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


def both_intervals(draws: NDArray[np.float64]) -> dict[str, list[float | None]]:
    """95 % intervals of resampled P-Recall (R,2): over all five grades, and over the grades present."""
    return {name: [plain(end) for end in interval(draws[:, way])] for way, name in enumerate(("ci95_all", "ci95"))}


def attribute_report(truth: Ints, answers: Ints, seed: int = 0, groups: Ints | None = None) -> dict[str, Any]:
    """Figures of one attribute; truth of -1 is not labelled and left out."""
    known = truth >= 0
    truth, answers, groups = truth[known], answers[known], None if groups is None else groups[known]
    every, present = p_recall(truth, answers)
    distance = np.abs(truth - answers)
    confusion = np.zeros((GRADES, GRADES), np.int64)
    np.add.at(confusion, (truth, answers), 1)
    return {
        "p_recall": plain(every),
        "p_recall_present": plain(present),
        **both_intervals(resampled(truth, answers, seed, groups)),
        "n": np.bincount(truth, minlength=GRADES).tolist(),
        "accuracy": _mean(distance == 0),
        "within_one": _mean(distance <= 1),
        "mae": _mean(distance),
        **{name: plain(value) for name, value in ordinal_figures(truth, answers).items()},
        "confusion": confusion.tolist(),
    }


def report(truth: Ints, answers: Ints, seed: int = 0, groups: Ints | None = None) -> dict[str, Any]:
    """Figures of all attributes for truth (N,5), -1 where not labelled, and answers (N,5)."""
    each = {k: attribute_report(truth[:, a], answers[:, a], seed, groups) for a, k in enumerate(KEYS)}
    return {
        "mean_p_recall": _mean_of(each, "p_recall"),
        "mean_p_recall_present": _mean_of(each, "p_recall_present"),
        **both_intervals(resampled_mean(truth, answers, seed, groups)),
        "attributes": each,
    }


def ceiling(rated: Ints, clean: Ints) -> dict[str, Any] | None:
    """What the rater noise leaves to a perfect grader: figures of the clean grades (N,5) against the rated ones.

    None where no clean grade differs from a rated one, that is where the noise is not known.
    """
    if np.array_equal(rated, clean):
        return None
    figures = report(rated, clean)
    kept = ("p_recall", "p_recall_present", "accuracy", "within_one", "mae", "macro_recall", "qwk", "spearman", "amae")
    each = {key: {name: one[name] for name in kept} for key, one in figures["attributes"].items()}
    return {name: figures[name] for name in ("mean_p_recall", "mean_p_recall_present")} | {"attributes": each}


def covered_share(truth: Ints, low: Ints, high: Ints) -> float | None:
    """Share of labelled truths inside [low, high]; None when nothing is labelled."""
    known = truth >= 0
    return _mean((low[known] <= truth[known]) & (truth[known] <= high[known]))


def table(figures: dict[str, Any]) -> str:
    """A report as text for people."""
    both = "".join(f" {way:>8} {'95 % interval':>16}" for way in ("P-Recall", "present"))
    titles = f"{'attribute':14}{both} {'exact':>6} {'±1':>6}"
    lines = [f"{titles}   n per grade 0..4"]
    for key, one in figures["attributes"].items():
        shares = f"{text(one['accuracy'], 2):>6} {text(one['within_one'], 2):>6}"
        lines.append(f"{key:14}{_scores(one)} {shares}   {' '.join(map(str, one['n']))}")
    return "\n".join([*lines, f"{'mean':14}{_scores(figures, 'mean_')}"])


def plain(value: float) -> float | None:
    """Six decimals; None for NaN, which JSON does not have: it stands for a figure without photos."""
    return None if np.isnan(value) else round(float(value), 6)


def text(value: float | None, digits: int = 3) -> str:
    """A figure for people, a dash where there is none."""
    return "-" if value is None else f"{value:.{digits}f}"


def _scores(figures: dict[str, Any], prefix: str = "") -> str:
    ways = ((f"{prefix}p_recall", "ci95_all"), (f"{prefix}p_recall_present", "ci95"))
    return "".join(f" {text(figures[way]):>8} {' .. '.join(map(text, figures[ends])):>16}" for way, ends in ways)


def _mean(values: NDArray) -> float | None:
    return round(float(values.mean()), 6) if len(values) else None


def _mean_of(each: dict[str, dict[str, Any]], name: str) -> float | None:
    values = [one[name] for one in each.values() if one[name] is not None]
    return round(sum(values) / len(values), 6) if values else None
