"""What the model's maps show beside the truth, on photos that a rule picks and nobody's eye.

The rule: of each attribute, the first photo of the set without the sign, and the first of each degree that maps are
judged at. Both maps show more of the sign as more heat; for hydration that is where it is low.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.attributes import ATTRIBUTES, Attribute
from training.faithfulness.places import JUDGED_DEGREES, Floats, degrees_of, upsampled
from training.report.findings import Findings
from training.report.pictures import heat, photo

SHOWN_DEGREES = (0, *JUDGED_DEGREES)
STRONGEST = 0.99  # quantile over all photos and places that is drawn most opaque, of model and truth alike


@dataclass(frozen=True)
class Shown:
    """One photo of the gallery: its number in the set, its clean and expected grade, and three data URIs."""

    index: int
    grade: int
    expected: float
    photo: str
    model: str
    truth: str


def gallery(found: Findings) -> list[tuple[Attribute, list[Shown]]]:
    """The attributes with their photos."""
    return [(attribute, list(_shown(found, attribute, a))) for a, attribute in enumerate(ATTRIBUTES)]


def picked(attribute: Attribute, grades: NDArray[np.int64]) -> list[int]:
    """Which photos of a set with these clean grades (N,) the rule shows."""
    degrees = degrees_of(attribute, grades)
    return [int(np.argmax(degrees == degree)) for degree in SHOWN_DEGREES if degree in degrees]


def strength(maps: Floats) -> Floats:
    """Maps (N,h,w) in units of what is drawn most opaque; what speaks against the sign is 0."""
    signs = np.maximum(maps, 0)
    return signs / (np.quantile(signs, STRONGEST) or 1)


def _shown(found: Findings, attribute: Attribute, a: int) -> Iterator[Shown]:
    photos, answers = found.photos, found.answers
    model = strength(upsampled(attribute.sign * answers.maps[:, a]))
    truth = strength(photos.cells[..., a].astype(np.float64))
    for i in picked(attribute, photos.clean[:, a]):
        pixels = photos.images[i]
        heats = heat(pixels, model[i]), heat(pixels, truth[i])
        yield Shown(i, int(photos.clean[i, a]), float(answers.expected[i, a]), photo(pixels), *heats)
