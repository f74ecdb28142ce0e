"""What was found as one HTML page for people: no script, and nothing loaded from anywhere."""

import base64
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from PIL import Image
from tqdm import tqdm

from training.attributes import ATTRIBUTES, KEYS
from training.groups import numbered, told
from training.inspect.counts import PART_NAMES, tally, unlearnable
from training.inspect.findings import Alike, Folder
from training.labels import NOBODY, Labelled, Problem
from training.photo import PhotoError, read_photo

THUMBNAIL = 132  # px
CASES = 24  # of each kind that the page shows; the printed list and the JSON have all
PER_SIDE = 4  # photos shown of each side of a group


@dataclass(frozen=True)
class Figure:
    """One photo as the page shows it; `picture` is a data URI, or None where there is none to show."""

    name: str
    text: str
    picture: str | None


def page(training: Folder, validation: Folder | None, found: Sequence[Alike]) -> str:
    """The page as HTML text."""
    folders = [folder for folder in (training, validation) if folder]
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, trim_blocks=True, undefined=StrictUndefined
    )
    people = numbered([photo.person for photo in training.reading.photos])
    sets = [_set(name, folder) for name, folder in zip(("training", "validation"), folders, strict=False)]
    problems = [problem for folder in folders for problem in folder.reading.problems]
    return environment.get_template("page.html").render(
        sets=sets,
        largest={key: max(max(one["shares"][key]) for one in sets) or 1 for key in KEYS},
        split=told(people) if len(people) and not validation else "",
        attributes=ATTRIBUTES,
        part_names=PART_NAMES,
        problems={kind: _problems(problems, kind) for kind in ("label", "corrupt", "too small")},
        leaks=_groups([one for one in found if one.leaks]),
        twice=_groups([one for one in found if not one.leaks]),
        cases=CASES,
    )


def _set(name: str, folder: Folder) -> dict[str, Any]:
    photos = folder.reading.photos
    counts = tally(photos)
    grades = dict(zip(KEYS, counts.sum(1).tolist(), strict=True))
    return {
        "name": name,
        "folder": folder.root,
        "photos": len({photo.path for photo in photos}),
        "people": len({photo.person for photo in photos} - {NOBODY}),
        "grades": grades,
        "shares": {key: [n / max(1, sum(each)) for n in each] for key, each in grades.items()},
        "parts": dict(zip(KEYS, counts.sum(2).tolist(), strict=True)),
        "warnings": unlearnable(counts.sum(1)),
        "notes": folder.reading.notes,
    }


def _problems(problems: Iterable[Problem], kind: str) -> dict[str, Any]:
    ours = [problem for problem in problems if problem.kind == kind]
    shown = tqdm(ours[:CASES], desc=f"pictures, {kind}", unit="photo", disable=not ours)
    return {"count": len(ours), "shown": [Figure(one.path.name, one.reason, picture(one.path)) for one in shown]}


def _groups(groups: Sequence[Alike]) -> dict[str, Any]:
    shown = tqdm(groups[:CASES], desc="pictures, alike", unit="group", disable=not groups)
    return {
        "count": len(groups),
        "shown": [(one.why, {"training": _side(one.training), "validation": _side(one.validation)}) for one in shown],
    }


def _side(photos: Sequence[Labelled]) -> dict[str, Any]:
    figures = [Figure(photo.path.name, _labels(photo), picture(photo.path)) for photo in photos[:PER_SIDE]]
    return {"count": len(photos), "figures": figures}


def _labels(photo: Labelled) -> str:
    return ", ".join(f"{key} {grade}" for key, grade in zip(KEYS, photo.grades, strict=True) if grade >= 0)


def picture(path: Path) -> str | None:
    """A thumbnail as a data URI; None for what is no photo or cannot be decoded."""
    try:
        small = Image.fromarray(read_photo(path))
    except PhotoError:
        return None
    small.thumbnail((THUMBNAIL, THUMBNAIL))
    held = io.BytesIO()
    small.save(held, "JPEG", quality=80)
    return "data:image/jpeg;base64," + base64.b64encode(held.getvalue()).decode()
