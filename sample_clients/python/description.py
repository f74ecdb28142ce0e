"""What a bundle's description must hold: for the bundle to be taken, and for photos to be graded with it."""

from typing import Any

from .form import has_form, number, one_of, sha256

SCHEMA = 1
PART = {"path": str, "bytes": int, "sha256": sha256}
PHONE_FILE = {"precision": str, "min_runtime": str, "parts": lambda parts: has_form(parts, [PART]) and parts != []}
OFFER = {
    "schema": one_of(SCHEMA),
    "name": str,
    "version": str,
    "sequence": int,
    "files": [dict],  # each is for another kind of client
    "golden": PART,
}
NAMES = dict.fromkeys(("key", "en", "ko", "grade0", "grade4"), str)
ATTRIBUTE = NAMES | {"more_is": one_of("better", "worse", "neutral")}
GATE = {"luma": (number, number), "clipped": number, "sharpness": number}


def can_grade(data: Any) -> bool:
    """Whether all is there by which photos are graded and grades are shown, for as many attributes as there are."""
    if not has_form(data, {"attributes": [ATTRIBUTE]}) or not data["attributes"]:
        return False
    numbers = (number,) * len(data["attributes"])
    return has_form(
        data,
        {
            "input": {"size": lambda size: has_form(size, int) and size > 0},
            "decoding": {"conformal_q": numbers, "coverage": number},
            "quality_gate": GATE,
            "graded_parts": {attribute["key"]: [int] for attribute in data["attributes"]},
            "outputs": lambda outputs: _drawn(outputs, numbers),
        },
    )


def _drawn(outputs: Any, numbers: Any) -> bool:
    """Whether the maps come with the scale that each is drawn by."""
    maps = [one for one in outputs if one["name"] == "heatmaps"] if has_form(outputs, [{"name": str}]) else []
    return bool(maps) and has_form(maps[0], {"scale": numbers})
