"""The five attributes, the four face parts and the grades: written here once.

Everything outside `training/` reads them from `bundle.json`. This module imports nothing heavy, so anyone may
import it. Grades run 0..4 for every attribute; whether more is good depends on the attribute (`more_is`).
"""

from dataclasses import asdict, dataclass
from typing import Literal

GRADES = 5


@dataclass(frozen=True)
class Attribute:
    """One graded attribute: its key on disk and on the wire, its names, and what the ends of the scale look like."""

    key: str
    en: str
    ko: str
    grade0: str
    grade4: str
    more_is: Literal["better", "worse", "neutral"]
    # +1: the visible sign grows with the grade; -1: it shrinks (flakes are where hydration is low).
    sign: Literal[1, -1] = 1


ATTRIBUTES = (
    Attribute("oil", "Oil", "유분", "matte", "very shiny", "neutral"),
    Attribute("hydration", "Hydration", "수분", "very dry, flaky", "well hydrated", "better", sign=-1),
    Attribute("wrinkle", "Wrinkles", "주름", "none visible", "many, deep", "worse"),
    Attribute("pigmentation", "Pigmentation", "색소", "even", "many, dark spots", "worse"),
    Attribute("sensitivity", "Sensitivity", "민감도", "no visible redness", "strong redness", "worse"),
)
KEYS = tuple(attribute.key for attribute in ATTRIBUTES)
OLDER_NAMES = {"sensitive": "sensitivity"}

PARTS = ("cheek", "forehead", "centre", "chin")  # the index is the `part` number of a label; 3 is chin and lips


def as_records() -> list[dict[str, object]]:
    """The table as plain dictionaries, the form in which a bundle carries it."""
    return [asdict(attribute) for attribute in ATTRIBUTES]
