"""What goes into the worker's computation and what comes out of it; no torch here."""

from dataclasses import dataclass
from typing import Any


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
