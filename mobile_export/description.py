"""What every file says of itself in its own metadata: meaning of inputs and outputs, units, directions, licence."""

import json

from mobile_export.graph import output_records
from training.attributes import ATTRIBUTES

AUTHOR, LICENCE = "SkinScore", "Apache-2.0"
SUMMARY = "Grades five visible skin attributes 0..4 and shows where. Cosmetic appearance only; not validated on people."
IMAGE = "centred square of the photo, exact box resize, RGB 0..255; normalisation is inside the model"


def meanings(size: int, heatmap_scale: list[float]) -> dict[str, str]:
    """What each output means, by name."""
    return {record["name"]: record["meaning"] for record in output_records(size, heatmap_scale)}


def directions() -> dict[str, str]:
    """What grades 0 and 4 look like and which way is better, per attribute, in the order of the outputs."""
    return {f"attribute.{a.key}": f"0 {a.grade0} .. 4 {a.grade4}; more is {a.more_is}" for a in ATTRIBUTES}


def facts(version: str) -> dict[str, str]:
    """Flat text metadata for formats that hold key and value."""
    head = {"author": AUTHOR, "license": LICENCE, "version": version, "description": SUMMARY, "input.image": IMAGE}
    return head | directions()


def document(version: str, described: dict[str, str]) -> str:
    """The same with the meanings of the outputs, as one JSON text."""
    return json.dumps(facts(version) | {f"output.{name}": meaning for name, meaning in described.items()})
