"""All figures of one grader on one photo set, as one dictionary that goes to JSON, and as text.

Truth is the clean grade. What raters wrote stands beside it: that is what probabilities and ranges were fitted to.
"""

from typing import Any

import numpy as np

from training.attributes import KEYS
from training.calibration_figures import probability_figures, range_width
from training.decoding import plausible_grades
from training.fairness import tone_report
from training.graders import Grader
from training.groups import own_groups
from training.metrics import ceiling, covered_share, plain, report, text
from training.photo_set import PhotoSet
from training.runtime import Answers

MEANS = ("mean_p_recall", "mean_p_recall_present")
DETAILS = {  # heading: where the figure is found
    "recall": "macro_recall",
    "MAE": "mae",
    "AMAE": "amae",
    "MMAE": "mmae",
    "QWK": "qwk",
    "rho": "spearman",
}


def measure(grader: Grader, answers: Answers, photos: PhotoSet, seed: int) -> dict[str, Any]:
    """All figures of one grader: balanced answers against the truth, and beside them the other readings."""
    people = own_groups(photos.people)
    figures = report(photos.clean, answers.balanced, seed, people)
    for a, key in enumerate(KEYS):
        figures["attributes"][key] |= attribute_details(grader, answers, photos, a)
    rated, likely = (
        report(photos.labels, answers.balanced, seed, people),
        report(photos.clean, answers.most_likely, seed, people),
    )
    return {
        "grader": grader.name,
        "photos": len(photos),
        **figures,
        "against_rated": {key: rated[key] for key in MEANS},
        "most_likely": {key: likely[key] for key in MEANS},
        "ceiling": with_share(ceiling(photos.labels, photos.clean), rated),
        "tones": tone_report(photos.clean, answers.balanced, photos.tones, seed),
    }


def attribute_details(grader: Grader, answers: Answers, photos: PhotoSet, a: int) -> dict[str, Any]:
    """Errors of the expected grade, calibration, and ranges of the attribute in column `a`."""
    low, high = plausible_grades(answers.probabilities[:, a], np.array(grader.decoding.conformal_q[a]))
    rated, clean = photos.labels[:, a], photos.clean[:, a]
    known = clean >= 0
    error = np.abs(answers.expected[known, a] - clean[known])
    return {
        "expected_mae": float(error.mean()) if known.any() else None,
        "range_coverage_rated": covered_share(rated, low, high),
        "range_coverage_clean": covered_share(clean, low, high),
        "range_width": range_width(low, high),
        "calibration": {
            name: probability_figures(answers.probabilities[:, a], truth)
            for name, truth in (("rated", rated), ("clean", clean))
        },
    }


def with_share(best: dict[str, Any] | None, rated: dict[str, Any]) -> dict[str, Any] | None:
    """The ceiling with the share of it that answers reach whose figures against the same ratings are `rated`."""
    return best and best | {"share_reached": plain(rated["mean_p_recall_present"] / best["mean_p_recall_present"])}


def details(figures: dict[str, Any]) -> str:
    """The companions of P-Recall, calibration and ranges, and the ceiling, as text for people."""
    headings = (*DETAILS, "ECE", "RPS", "width", "cover", "of clean")
    lines = ["".join([f"{'attribute':14}", *(f"{heading:>9}" for heading in headings)])]
    for key, one in figures["attributes"].items():
        rated = one["calibration"]["rated"]
        values = [*(one[name] for name in DETAILS.values()), rated["ece"], rated["rps"], one["range_width"]]
        values += [one["range_coverage_rated"], one["range_coverage_clean"]]
        lines.append("".join([f"{key:14}", *(f"{text(value):>9}" for value in values)]))
    lines.append("ECE, RPS and cover are against rated grades; width is the mean number of grades in a range")
    return "\n".join([*lines, ceiling_line(figures)])


def ceiling_line(figures: dict[str, Any]) -> str:
    """How much of what the raters' noise leaves is reached."""
    best, reached = figures["ceiling"], figures["against_rated"]["mean_p_recall_present"]
    if best is None:
        return "ceiling: not known, because no clean grade differs from a rated one"
    share, most = f"{100 * best['share_reached']:.1f} %", text(best["mean_p_recall_present"])
    return f"against rated grades {text(reached)}, which is {share} of the {most} of a perfect grader"
