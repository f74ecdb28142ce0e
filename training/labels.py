"""Labels on disk: JSON beside the photo, or a CSV with a `path` column. Nothing is dropped in silence.

Integer keys `oil hydration wrinkle pigmentation sensitivity part` (`sensitive` is the older name); a negative or
missing grade means not labelled. CSV rows name photos by `path` (or `file_name`), relative to the CSV; a photo that
is named in a CSV takes its label from there, not from the JSON beside it.
"""

import csv
import io
import json
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from training.attributes import GRADES, KEYS, OLDER_NAMES, PARTS

EXTENSIONS = {".jpg", ".jpeg", ".png", ".webp", ".heic", ".heif"}
NOT_LABELLED = -1
OLDER_NAME_OF = {name: older for older, name in OLDER_NAMES.items()}


@dataclass(frozen=True)
class Labelled:
    """One photo with its grades in the order of `KEYS` and its face part; -1 where not labelled."""

    path: Path
    grades: tuple[int, ...]
    part: int


@dataclass(frozen=True)
class Problem:
    """A file that was not used, and why."""

    path: Path
    reason: str


@dataclass
class Reading:
    """What a folder held."""

    photos: list[Labelled] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    _used: set[str] = field(default_factory=set, repr=False)

    def add(self, path: Path, row: Mapping[str, Any]) -> None:
        """File one photo under its label row: among the photos, or among the problems with the reason."""
        try:
            grades, part = parse_labels(row)
        except ValueError as error:
            self.refuse(path, str(error))
            return
        if not os.path.isfile(path):
            self.refuse(path, "a label without a photo")
        elif all(grade == NOT_LABELLED for grade in grades):
            self.refuse(path, "no attribute is labelled")
        elif os.path.abspath(path) in self._used:
            self.refuse(path, "labelled twice; the first label is used")
        else:
            self._used.add(os.path.abspath(path))
            self.photos.append(Labelled(path, grades, part))

    def refuse(self, path: Path, reason: str) -> None:
        """List a file that is not used."""
        self.problems.append(Problem(path, reason))


def parse_labels(row: Mapping[str, Any]) -> tuple[tuple[int, ...], int]:
    """Grades in the order of `KEYS` and the part. Raises ValueError that names the bad value."""
    grades = tuple(_whole(_value(row, key), key, GRADES) for key in KEYS)
    return grades, _whole(row.get("part"), "part", len(PARTS))


def _value(row: Mapping[str, Any], key: str) -> object:
    value = row.get(key)
    return row.get(OLDER_NAME_OF.get(key, key)) if value is None or value == "" else value


def _whole(value: object, name: str, limit: int) -> int:
    if value is None or value == "":
        return NOT_LABELLED
    try:
        number = math.nan if isinstance(value, bool) else float(str(value))
    except ValueError:
        number = math.nan
    if not math.isfinite(number) or number != int(number) or number >= limit:
        shown = f"'{value}'" if isinstance(value, str) else value
        raise ValueError(f"{name} is {shown}; write a whole number of 0..{limit - 1}, or -1 for not labelled")
    return max(int(number), NOT_LABELLED)


def read_folder(root: Path) -> Reading:
    """All labelled photos under a folder (or of one CSV file), and everything that could not be used."""
    reading = Reading()
    files = [root] if root.is_file() else sorted(path for path in root.rglob("*") if path.is_file())
    for path in files:
        if path.suffix.lower() == ".csv":
            _read_table(path, reading)
    named = {os.path.abspath(photo.path) for photo in reading.photos}
    named |= {os.path.abspath(problem.path) for problem in reading.problems}
    _read_sidecars(files, named, reading)
    return reading


def _read_table(path: Path, reading: Reading) -> None:
    try:
        rows = csv.DictReader(io.StringIO(path.read_text("utf-8-sig")))
        table = list(rows)
    except (OSError, UnicodeDecodeError, csv.Error):
        reading.refuse(path, "not a CSV in UTF-8")
        return
    if not {"path", "file_name"} & set(rows.fieldnames or ()):
        reading.refuse(path, "a CSV without a `path` column")
        return
    for line, row in enumerate(table, 2):
        name = row.get("path") or row.get("file_name")
        if name:
            reading.add(path.parent / name, row)
        else:
            reading.refuse(path, f"line {line} names no photo")


def _read_sidecars(files: list[Path], named: set[str], reading: Reading) -> None:
    labels = {path.with_suffix(""): path for path in files if path.suffix.lower() == ".json"}
    photos = [path for path in files if path.suffix.lower() in EXTENSIONS]
    owners: dict[Path, Path] = {}  # the photo that a label was read for
    for path in photos:
        stem = path.with_suffix("")
        if os.path.abspath(path) in named:
            continue
        if stem not in labels:
            reading.refuse(path, "a photo without a label: no JSON of the same name beside it")
        elif stem in owners:
            reading.refuse(path, f"its label was used for {owners[stem].name}; give each photo a name of its own")
        else:
            owners[stem] = path
            _read_sidecar(path, labels[stem], reading)
    with_photo = {path.with_suffix("") for path in photos}
    for stem, label in labels.items():
        if stem not in with_photo and label.name != "annotations.json":  # lesion polygons, not grades
            reading.refuse(label, "a label without a photo")


def _read_sidecar(photo: Path, label: Path, reading: Reading) -> None:
    try:
        row = json.loads(label.read_text("utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        row = None
    if isinstance(row, dict):
        reading.add(photo, row)
    else:
        reading.refuse(label, "not a JSON object")


def summary(reading: Reading) -> str:
    """Counts per attribute, grade and part as text, and the problems after them."""
    grades = np.array([photo.grades for photo in reading.photos]).reshape(-1, len(KEYS))
    parts = [photo.part for photo in reading.photos]
    lines = [f"{len(reading.photos)} labelled photos, {len(reading.problems)} problems"]
    for a, key in enumerate(KEYS):
        counts = [int((grades[:, a] == g).sum()) for g in range(GRADES)]
        lines.append(f"  {key:13} {sum(counts):6} labelled; grades 0..4: {' '.join(map(str, counts))}")
    named = [f"{name} {parts.count(i)}" for i, name in enumerate(PARTS)]
    lines.append(f"  parts: {', '.join(named)}, unknown {parts.count(NOT_LABELLED)}")
    return "\n".join(lines + [f"  not used: {problem.path}: {problem.reason}" for problem in reading.problems])
