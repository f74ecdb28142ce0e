"""AI-Hub 71645 (한국인 피부상태 측정 데이터) as its archives unpack: dermatologists' grades of parts of faces.

Photos are named SUBJECT_DEVICE_ANGLE.jpg, and each has up to nine labels SUBJECT_DEVICE_ANGLE_FACEPART.json in other
folders; they are paired by name, wherever they lie in the tree. A label's `bbox` says where its part lies in the photo.
`training.aihub_grades` holds the mapping of its grades to ours.
"""

import os
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tqdm import tqdm

from training.aihub_grades import FACEPARTS, mapping_table, parse_box, parse_grades
from training.folders import EXTENSIONS, read_object
from training.labels import NOT_LABELLED, Labelled, Reading, shown

NAME = re.compile(r"(?P<photo>(?P<subject>\d+)_\d+_[A-Za-z]+\d*)_0(?P<facepart>[0-8])")


def recognised(files: Sequence[Path]) -> bool:
    """Whether most JSONs of a tree are named like AI-Hub's and lie apart from any photo of the same name."""
    labels = [path for path in files if path.suffix.lower() == ".json"]
    photos = {path.with_suffix("") for path in _photos(files)}
    apart = [path for path in labels if NAME.fullmatch(path.stem) and path.with_suffix("") not in photos]
    return 2 * len(apart) > len(labels)


def read(files: Sequence[Path]) -> Reading:
    """Every graded face part of the tree, and what could not be used; gaps that the set is known for are counted."""
    reading, tally, used = Reading(), Counter[str](), set[Path]()
    photos: dict[str, list[Path]] = defaultdict(list)
    for path in _photos(files):
        photos[path.stem].append(path)
    by_photo = _labels(files, reading)
    for (folder, name), labels in tqdm(by_photo.items(), desc="reading labels", unit="photo"):
        if name in photos:
            photo = _nearest(photos[name], folder)
            used.add(photo)
            for label in labels:
                _add(photo, label, reading, tally)
        else:
            reading.refuse(labels[0], f"{len(labels)} labels without their photo {name}: unpack 01.원천데이터 too")
    for path in (path for path in _photos(files) if path not in used):
        reading.refuse(path, f"no label uses this photo: unpack {path.stem}_00.json … (02.라벨링데이터) too")
    reading.notes = [f"read as AI-Hub 71645, whose grades become ours so:\n{mapping_table()}"]
    reading.notes += [f"{count} {what}" for what, count in tally.items() if count]
    return reading


def _photos(files: Sequence[Path]) -> list[Path]:
    return [path for path in files if path.suffix.lower() in EXTENSIONS]


def _labels(files: Sequence[Path], reading: Reading) -> dict[tuple[Path, str], list[Path]]:
    """The labels of each photo, by the folder they lie in and the photo's name."""
    found: dict[tuple[Path, str], list[Path]] = defaultdict(list)
    for path in files:
        if path.suffix.lower() == ".json":
            if name := NAME.fullmatch(path.stem):
                found[path.parent, name["photo"]].append(path)
            else:
                reading.refuse(path, "not named like AI-Hub's labels, SUBJECT_DEVICE_ANGLE_FACEPART.json: take it out")
    return found


def _nearest(copies: Sequence[Path], folder: Path) -> Path:
    """Of the photos of one name, the one that shares most of its path with the label (Training or Validation)."""
    return max(copies, key=lambda photo: len(os.path.commonpath([photo, folder])))


def _add(photo: Path, label: Path, reading: Reading, tally: Counter[str]) -> None:
    """File one label under its photo: among the photos, the problems, or the gaps that are only counted."""
    name, row = NAME.fullmatch(label.stem), read_object(label)
    if name is None or row is None:
        reading.refuse(label, "not a JSON object: copy it again from the archive")
        return
    try:
        grades, failed = parse_grades(_object(row, "annotations"))
        box = parse_box(_object(row, "images").get("bbox"))
    except ValueError as error:
        reading.refuse(label, str(error))
        return
    tally["readings failed (`Er`) and count as not labelled"] += failed
    if all(grade == NOT_LABELLED for grade in grades):
        tally["labels grade none of our attributes (whole face, chin, or empty) and are not used"] += 1
    elif box is None:
        tally["labels have no bbox and are not used: their part cannot be cut out of the face"] += 1
    else:
        part = FACEPARTS[int(name["facepart"])][1]
        reading.photos.append(Labelled(photo, grades, part, box, name["subject"]))


def _object(row: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """An object of the label, empty where it is null. Raises ValueError where there is none."""
    value = {} if row.get(key, False) is None else row.get(key)
    if not isinstance(value, dict):
        raise ValueError(f"`{key}` is {shown(value)}, not an object: copy the file again from the archive")
    return value
