"""The photos that a grader gets most wrong, each with its worst attribute."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.attributes import ATTRIBUTES, Attribute
from training.report.findings import Findings
from training.report.pictures import photo

SHOWN = 12

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Mistake:
    """A wrong answer: grades, the probabilities of all five, and the photo as a data URI."""

    index: int
    attribute: Attribute
    truth: int
    rated: int
    answer: int
    probabilities: list[float]
    photo: str


def worst(found: Findings) -> list[Mistake]:
    """The worst mistakes of a set, the worst first; fewer where fewer photos have one."""
    photos, answers = found.photos, found.answers
    return [
        Mistake(
            i,
            ATTRIBUTES[a],
            int(photos.clean[i, a]),
            int(photos.labels[i, a]),
            int(answers.balanced[i, a]),
            answers.probabilities[i, a].tolist(),
            photo(photos.images[i]),
        )
        for i, a in ranked(photos.clean, answers.balanced, answers.probabilities)[:SHOWN]
    ]


def ranked(truth: Ints, answers: Ints, probabilities: NDArray[np.float64]) -> list[tuple[int, int]]:
    """(photo, attribute) of every photo with a mistake, for truth and answers (N,5) and probabilities (N,5,5).

    By distance; where that is equal, the less likely the truth was called the earlier. Truth of -1 is not labelled.
    """
    distance = np.where(truth >= 0, np.abs(answers - truth), 0)
    believed = np.take_along_axis(probabilities, np.maximum(truth, 0)[..., None], -1)[..., 0]
    badness = distance + (1 - believed) / 2  # a half, so that belief never outweighs a grade
    badness[distance == 0] = 0
    column = badness.argmax(1)
    most = badness.max(1)
    return [(int(i), int(column[i])) for i in np.argsort(-most, kind="stable") if most[i] > 0]
