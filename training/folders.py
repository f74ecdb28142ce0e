"""Labels on disk: JSON beside the photo, or a CSV with a `path` column; `training.labels` says what they hold.

CSV rows name photos by `path` (or `file_name`), relative to the CSV; a photo that is named in a CSV takes its label
from there, not from the JSON beside it.
"""

import csv
import io
import json
import os
from pathlib import Path
from typing import Any

from training.labels import NO_PHOTO, Reading

EXTENSIONS = {".jpg", ".jpeg", ".png", ".webp", ".heic", ".heif"}
NO_OBJECT = 'not a JSON object: write the label again, such as {"oil": 2, "part": 1}'


def files_under(root: Path) -> list[Path]:
    """All files of a folder in the order of their names, or the one file itself."""
    if root.is_file():
        return [root]
    # `._NAME` beside NAME is what macOS keeps about a file, not a photo.
    return sorted(path for path in root.rglob("*") if path.is_file() and not path.name.startswith("._"))


def read_folder(root: Path) -> Reading:
    """All labelled photos under a folder (or of one CSV file), and everything that could not be used."""
    return read_files(files_under(root))


def read_files(files: list[Path]) -> Reading:
    """`read_folder` of files already listed."""
    reading = Reading()
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
        reading.refuse(path, "not a CSV in UTF-8: save it again as such")
        return
    if not {"path", "file_name"} & set(rows.fieldnames or ()):
        reading.refuse(path, "a CSV without a `path` column: add one with each photo's place relative to the CSV")
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
            reading.refuse(path, f"a photo without a label: write {stem.name}.json beside it, or list it in a CSV")
        elif stem in owners:
            reading.refuse(path, f"its label was used for {owners[stem].name}; give each photo a name of its own")
        else:
            owners[stem] = path
            _read_sidecar(path, labels[stem], reading)
    with_photo = {path.with_suffix("") for path in photos}
    for stem, label in labels.items():
        if stem not in with_photo and label.name != "annotations.json":  # lesion polygons, not grades
            reading.refuse(label, NO_PHOTO)


def _read_sidecar(photo: Path, label: Path, reading: Reading) -> None:
    row = read_object(label)
    if row is None:
        reading.refuse(label, NO_OBJECT)
    else:
        reading.add(photo, row)


def read_object(path: Path) -> dict[str, Any] | None:
    """The JSON object in a file, with or without a byte-order mark; None when there is none."""
    try:
        row = json.loads(path.read_text("utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        return None
    return row if isinstance(row, dict) else None
