"""What was found, as one JSON object and as text."""

from typing import Any

from training.attributes import KEYS
from training.groups import numbered, told
from training.inspect.counts import PART_NAMES, summary, tally, unlearnable
from training.inspect.findings import Alike, Folder
from training.labels import NOBODY, Labelled

SHOWN = 4  # files named of each side of a group; JSON names all


def as_record(training: Folder, validation: Folder | None, found: list[Alike]) -> dict[str, Any]:
    """Everything that was found, in plain values."""
    return {
        "training": _folder(training),
        "validation": _folder(validation) if validation else None,
        "alike": [
            {"why": one.why, "leaks": one.leaks, "training": _paths(one.training), "validation": _paths(one.validation)}
            for one in found
        ],
    }


def _folder(folder: Folder) -> dict[str, Any]:
    photos = folder.reading.photos
    counts = tally(photos)
    return {
        "folder": str(folder.root),
        "photos": len({photo.path for photo in photos}),
        "labelled": len(photos),
        "attributes": {
            key: {"n": counts[a].sum(0).tolist(), "parts": dict(zip(PART_NAMES, counts[a].tolist(), strict=True))}
            for a, key in enumerate(KEYS)
        },
        "people": len({photo.person for photo in photos} - {NOBODY}),
        "without_person": sum(photo.person == NOBODY for photo in photos),
        "unlearnable": unlearnable(counts.sum(1)),
        "notes": folder.reading.notes,
        "problems": [
            {"path": str(problem.path), "kind": problem.kind, "reason": problem.reason}
            for problem in folder.reading.problems
        ],
    }


def _paths(photos: list[Labelled]) -> list[str]:
    return [str(photo.path) for photo in photos]


def as_text(training: Folder, validation: Folder | None, found: list[Alike]) -> str:
    """Everything that was found, for people."""
    lines = _about(training)
    if validation:
        lines += ["", *_about(validation)]
    elif training.reading.photos:
        lines.append(told(numbered([photo.person for photo in training.reading.photos])))
    lines += ["", *(_line(one) for one in found)]
    if not found:
        lines.append("no photo is there twice" + (", and none in both sets, nor anybody" if validation else ""))
    return "\n".join(lines)


def _about(folder: Folder) -> list[str]:
    return [f"{folder.root}: {summary(folder.reading)}", *unlearnable(tally(folder.reading.photos).sum(1))]


def _line(one: Alike) -> str:
    if one.leaks:
        return f"leak, {one.why}: {_names(one.training)} in training; {_names(one.validation)} in validation"
    return f"twice, {one.why}: {_names(one.training or one.validation)}"


def _names(photos: list[Labelled]) -> str:
    more = f" and {len(photos) - SHOWN} more" if len(photos) > SHOWN else ""
    return ", ".join(str(photo.path) for photo in photos[:SHOWN]) + more
