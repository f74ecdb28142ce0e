"""Labelled photos on disk: JSON beside the photo, or a CSV with a `path` column. Nothing is dropped in silence.

    python -m training.datasets my_photos      # counts per attribute, grade and part, and every problem found

Integer keys `oil hydration wrinkle pigmentation sensitivity part` (`sensitive` is the older name); a negative or
missing grade means not labelled. CSV rows name photos by `path` (or `file_name`), relative to the CSV.
"""

import argparse
import csv
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from training.attributes import GRADES, KEYS, OLDER_NAMES, PARTS
from training.photo import PhotoError, read_photo
from training.photo_set import PhotoSet
from training.preprocess import PhotoTooSmall, model_input

EXTENSIONS = {".jpg", ".jpeg", ".png", ".webp", ".heic", ".heif"}
NOT_LABELLED = -1


class DataError(ValueError):
    """A folder from which nothing can be learned; the text says what to do."""


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

    def add(self, path: Path, row: Mapping[str, Any]) -> None:
        """File one photo under its label row: among the photos, or among the problems with the reason."""
        try:
            grades, part = parse_labels(row)
        except ValueError as error:
            self.problems.append(Problem(path, str(error)))
            return
        if not path.exists():
            self.problems.append(Problem(path, "a label without a photo"))
        elif all(grade == NOT_LABELLED for grade in grades):
            self.problems.append(Problem(path, "no attribute is labelled"))
        elif any(photo.path == path for photo in self.photos[-1:]) or path in self._seen:
            self.problems.append(Problem(path, "labelled twice; the first label is used"))
        else:
            self._seen.add(path)
            self.photos.append(Labelled(path, grades, part))

    _seen: set[Path] = field(default_factory=set, repr=False)


def parse_labels(row: Mapping[str, Any]) -> tuple[tuple[int, ...], int]:
    """Grades in the order of `KEYS` and the part. Raises ValueError that names the bad value."""
    named = {OLDER_NAMES.get(key, key): value for key, value in row.items()}
    grades = tuple(_whole(named.get(key), key, GRADES) for key in KEYS)
    return grades, _whole(named.get("part"), "part", len(PARTS))


def _whole(value: object, name: str, limit: int) -> int:
    if value is None or value == "":
        return NOT_LABELLED
    try:
        number = float(str(value))
    except ValueError:
        raise ValueError(f"{name} is '{value}'; write a whole number of 0..{limit - 1}") from None
    if isinstance(value, bool) or number != int(number) or number >= limit:
        raise ValueError(f"{name} is {value}; write a whole number of 0..{limit - 1}, or -1 for not labelled")
    return max(int(number), NOT_LABELLED)


def read_folder(root: Path) -> Reading:
    """All labelled photos under a folder (or of one CSV file), and everything that could not be used."""
    reading = Reading()
    tables = [root] if root.is_file() else sorted(root.rglob("*.csv"))
    for path in tables:
        for row in _csv_rows(path, reading):
            reading.add(path.parent / (row.get("path") or row.get("file_name") or ""), row)
    listed = {photo.path for photo in reading.photos} | {problem.path for problem in reading.problems}
    if root.is_dir():
        _read_sidecars(root, listed, reading)
    return reading


def _csv_rows(path: Path, reading: Reading) -> Iterator[dict[str, str]]:
    with path.open(newline="", encoding="utf-8-sig") as file:
        rows = csv.DictReader(file)
        if not {"path", "file_name"} & set(rows.fieldnames or ()):
            reading.problems.append(Problem(path, "a CSV without a `path` column"))
            return
        yield from rows


def _read_sidecars(root: Path, listed: set[Path], reading: Reading) -> None:
    files = sorted(path for path in root.rglob("*") if path.is_file())
    photos = [path for path in files if path.suffix.lower() in EXTENSIONS]
    labels = {path.with_suffix(""): path for path in files if path.suffix.lower() == ".json"}
    with_photo = {path.with_suffix("") for path in photos}
    for path in photos:
        if path in listed:
            continue
        label = labels.get(path.with_suffix(""))
        if label is None:
            reading.problems.append(Problem(path, "a photo without a label: no JSON of the same name beside it"))
        elif (row := _read_json(label, reading)) is not None:
            reading.add(path, row)
    for stem, label in labels.items():
        if stem not in with_photo and label.name != "annotations.json":  # lesion polygons, not grades
            reading.problems.append(Problem(label, "a label without a photo"))


def _read_json(path: Path, reading: Reading) -> dict[str, Any] | None:
    try:
        row = json.loads(path.read_text("utf-8-sig"))
    except (OSError, ValueError):
        row = None
    if isinstance(row, dict):
        return row
    reading.problems.append(Problem(path, "not a JSON object"))
    return None


def summary(reading: Reading) -> str:
    """Counts per attribute, grade and part as text, and the problems after them."""
    grades = np.array([photo.grades for photo in reading.photos]).reshape(-1, len(KEYS))
    parts = [photo.part for photo in reading.photos]
    lines = [f"{len(reading.photos)} labelled photos, {len(reading.problems)} files not used"]
    for a, key in enumerate(KEYS):
        counts = [int((grades[:, a] == g).sum()) for g in range(GRADES)]
        lines.append(f"  {key:13} {sum(counts):6} labelled; grades 0..4: {' '.join(map(str, counts))}")
    named = [f"{name} {parts.count(i)}" for i, name in enumerate(PARTS)]
    lines.append(f"  parts: {', '.join(named)}, unknown {parts.count(NOT_LABELLED)}")
    return "\n".join(lines + [f"  not used: {problem.path}: {problem.reason}" for problem in reading.problems])


def load_pixels(
    photos: Sequence[Labelled], size: int, problems: list[Problem]
) -> tuple[NDArray[np.uint8], list[Labelled]]:
    """Input bytes (N,S,S,3) of the photos that decode, and those photos; the others join `problems`."""
    kept: list[Labelled] = []
    images: list[NDArray[np.uint8]] = []
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        results = pool.map(_decode, [(photo.path, size) for photo in photos], chunksize=8)
        for photo, result in zip(
            photos, tqdm(results, total=len(photos), desc="reading photos", unit="photo"), strict=True
        ):
            if isinstance(result, str):
                problems.append(Problem(photo.path, result))
            else:
                images.append(result)
                kept.append(photo)
    return np.array(images, np.uint8).reshape(-1, size, size, 3), kept


def _decode(task: tuple[Path, int]) -> NDArray[np.uint8] | str:
    try:
        return model_input(read_photo(task[0]), task[1])
    except (PhotoError, PhotoTooSmall) as error:
        return str(error)


def photo_set(root: Path, size: int) -> PhotoSet:
    """A folder's usable photos as arrays; problems go to stderr. Raises `DataError` when nothing is usable."""
    reading = read_usable(root)
    images, kept = load_pixels(reading.photos, size, reading.problems)
    print(summary(Reading(kept, reading.problems)), file=sys.stderr)
    if not kept:
        raise DataError(f"no photo in {root} could be decoded: see the list above")
    labels = np.array([photo.grades for photo in kept], np.int64)
    parts = np.array([photo.part for photo in kept], np.int64)
    return PhotoSet(images, labels, labels, parts, np.full(len(kept), NOT_LABELLED))


def read_usable(root: Path) -> Reading:
    """`read_folder` that insists on at least one labelled photo."""
    if not root.exists():
        raise DataError(f"there is no folder {root}")
    reading = read_folder(root)
    if not reading.photos:
        raise DataError(
            f"{root} has no labelled photo: put NAME.json with the grades beside NAME.jpg, or a CSV with `path`"
        )
    return reading


def main(argv: Sequence[str] | None = None) -> int:
    """Print what a folder holds; 0 when something is usable, else 2."""
    p = argparse.ArgumentParser("python -m training.datasets", description=__doc__.splitlines()[0] if __doc__ else None)
    p.add_argument("folder", type=Path)
    try:
        print(summary(read_usable(p.parse_args(argv).folder)))
    except DataError as error:
        print(f"training.datasets: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
