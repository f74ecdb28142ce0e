"""One photo's labels: what a row of keys and values means, and what is wrong with it. Nothing is dropped in silence.

Integer keys `oil hydration wrinkle pigmentation sensitivity part` (`sensitive` is the older name); a negative or
missing grade means not labelled. An optional `person`, a name or a number, says whose skin it is.
"""

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from training.attributes import GRADES, KEYS, OLDER_NAMES, PARTS

NOT_LABELLED = -1
NOBODY = ""  # `person` where it is not known
Box = tuple[int, int, int, int]  # left, top, right, bottom; px of the upright photo
NO_PHOTO = "a label without a photo: put the photo beside it, or delete the label"
OLDER_NAME_OF = {name: older for older, name in OLDER_NAMES.items()}


@dataclass(frozen=True)
class Labelled:
    """One photo with its grades in the order of `KEYS` and its face part; -1 where not labelled.

    Where a photo shows more than was graded, `box` says where the graded part lies in it.
    """

    path: Path
    grades: tuple[int, ...]
    part: int
    box: Box | None = None
    person: str = NOBODY


@dataclass(frozen=True)
class Problem:
    """A file that was not used, and why: its label, or a photo that cannot be decoded or is too small."""

    path: Path
    reason: str
    kind: Literal["label", "corrupt", "too small"] = "label"


@dataclass
class Reading:
    """What a folder held; `notes` say how it was understood, for people."""

    photos: list[Labelled] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    _used: set[str] = field(default_factory=set, repr=False)

    def add(self, path: Path, row: Mapping[str, Any]) -> None:
        """File one photo under its label row: among the photos, or among the problems with the reason."""
        try:
            photo = parse_labels(path, row)
        except ValueError as error:
            self.refuse(path, str(error))
            return
        if not os.path.isfile(path):
            self.refuse(path, NO_PHOTO)
        elif all(grade == NOT_LABELLED for grade in photo.grades):
            self.refuse(path, f"no attribute is labelled: give at least one of {', '.join(KEYS)}, or take it out")
        elif os.path.abspath(path) in self._used:
            self.refuse(path, "labelled twice; the first label is used")
        else:
            self._used.add(os.path.abspath(path))
            self.photos.append(photo)

    def refuse(self, path: Path, reason: str) -> None:
        """List a file that is not used."""
        self.problems.append(Problem(path, reason))


def parse_labels(path: Path, row: Mapping[str, Any]) -> Labelled:
    """The photo at `path` under its label row. Raises ValueError that names the bad value."""
    grades = tuple(whole(_value(row, key), key, GRADES) for key in KEYS)
    part = whole(row.get("part"), "part", len(PARTS))
    return Labelled(path, grades, part, person=_person(row.get("person")))


def _value(row: Mapping[str, Any], key: str) -> object:
    value = row.get(key)
    return row.get(OLDER_NAME_OF.get(key, key)) if value is None or value == "" else value


def whole(value: object, name: str, limit: int) -> int:
    """`value` as a whole number below `limit`; -1 where it is missing or negative. Raises ValueError that names it."""
    if value is None or value == "":
        return NOT_LABELLED
    try:
        number = math.nan if isinstance(value, bool) else float(str(value))
    except ValueError:
        number = math.nan
    if not math.isfinite(number) or number != int(number) or number >= limit:
        raise ValueError(f"{name} is {shown(value)}; write a whole number of 0..{limit - 1}, or -1 for not labelled")
    return max(int(number), NOT_LABELLED)


def _person(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | None):
        raise ValueError(f"person is {shown(value)}; write a name or a number, or leave it out")
    name = "" if value is None else str(value).strip()
    return NOBODY if name.startswith("-") and name[1:].isdigit() else name  # negative, as with grades: not known


def shown(value: object) -> str:
    """A bad value as a sentence quotes it."""
    return f"'{value}'" if isinstance(value, str) else str(value)
