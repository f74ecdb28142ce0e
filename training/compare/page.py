"""The page about two models: sentences, tables and worst cases, with the report's style and parts."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from training.attributes import ATTRIBUTES, Attribute
from training.compare.moves import worst
from training.photo_set import PhotoSet
from training.report.pictures import photo
from training.report.templating import environment
from training.report.words import ends, number, percent
from training.runtime import Answers

SHOWN = 12  # worst cases
SEEN = 0.1  # grades; a smaller step of the expected grade does not show in a chart that prints one digit


@dataclass(frozen=True)
class Case:
    """A photo on which the models differ most: grades and expected grades of one attribute, old and new."""

    index: int
    attribute: Attribute
    grades: tuple[int, int]
    expected: tuple[float, float]
    probabilities: list[float]
    photo: str


@dataclass(frozen=True)
class Compared:
    """Two models' names, their answers for the same photos, and the figures of `moves`."""

    names: tuple[str, str]
    answers: tuple[Answers, Answers]
    photos: PhotoSet
    source: str
    figures: dict[str, Any]

    @property
    def rendered(self) -> bool:
        """Whether the photos are synthetic skin."""
        return self.photos.cells.shape[1] > 0


def page(found: Compared) -> str:
    """The page as HTML text."""
    template = environment(Path(__file__).parent).get_template("compare.html")
    each = found.figures["attributes"]
    return template.render(
        found=found,
        figures=found.figures,
        attributes=ATTRIBUTES,
        sentences=[sentence(one, each[one.key]) for one in ATTRIBUTES],
        reach=max(0.2, *(abs(end) for one in each.values() for end in one["ci95"])),
        cases=cases(found),
        seen=SEEN,
        today=date.today().isoformat(),
    )


def sentence(attribute: Attribute, one: dict[str, Any]) -> str:
    """What happens to one attribute, in words."""
    bias, interval = one["expected_bias"], one["ci95"]
    if interval[0] <= 0 <= interval[1]:
        way = f"on average it neither rises nor falls ({ends(interval)})"
    else:
        seen = "a step that shows" if abs(bias) >= SEEN else "less than a chart shows"
        by = f"{number(abs(bias))} ({ends(sorted(map(abs, interval)))})"
        way = f"on average it {'rises' if bias > 0 else 'falls'} by {by}, {seen}"
    kept, far = percent(one["grades_equal"]), percent(1 - one["grades_within_one"])
    outside = percent(one["outside_range"])
    return (
        f"{attribute.en}: {kept} of the photos keep their grade, {far} move by more than one; {way}. In {outside} the"
        " new grade lies outside the range that was shown before."
    )


def cases(found: Compared) -> list[Case]:
    """The photos that move most."""
    old, new = found.answers
    return [
        Case(
            i,
            ATTRIBUTES[a],
            (int(old.most_likely[i, a]), int(new.most_likely[i, a])),
            (float(old.expected[i, a]), float(new.expected[i, a])),
            new.probabilities[i, a].tolist(),
            photo(found.photos.images[i]),
        )
        for i, a in worst(old, new, SHOWN)
    ]
