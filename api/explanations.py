"""What the worker computes with, what goes into it and what comes out; no torch here."""

from dataclasses import dataclass
from typing import Any

GRADER, WEIGHTS = ("executorch", "xnnpack"), ("safetensors", "torch")  # format and backend of the files it needs


@dataclass(frozen=True)
class Asked:
    """One photo, and what is asked about it; `detail` in sides of the model's input."""

    photo: bytes
    attributes: list[str]
    method: str
    detail: int


@dataclass(frozen=True)
class Explanation:
    """The JSON part of an answer, and its PNG pictures by name: the layer of each attribute, and the legend."""

    result: dict[str, Any]
    layers: dict[str, bytes]


def files_of(bundle: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The parts that grade as on a phone and that are explained. Raises `ValueError` where the bundle lacks one."""
    parts = {(file["format"], file.get("backend")): file["parts"][0] for file in reversed(bundle["files"])}
    if not {GRADER, WEIGHTS} <= set(parts):
        raise ValueError("the bundle explains no photos: export it with xnnpack-int8 among its --formats")
    return parts[GRADER], parts[WEIGHTS]
