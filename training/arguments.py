"""What flags take, with its limits: what lies outside them ends a command at once, in a sentence.

p.add_argument("--seed", type=SEED)
"""

import math
from argparse import ArgumentTypeError
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

Number = TypeVar("Number", int, float)


@dataclass(frozen=True)
class Limited(Generic[Number]):
    """A type for argparse: numbers of a kind for which `holds` is true; `limits` says in words which those are."""

    kind: type[Number]
    limits: str
    holds: Callable[[Number], bool]

    def __call__(self, text: str) -> Number:
        """Raises `ArgumentTypeError`, which argparse prints."""
        try:
            value = self.kind(text)
        except ValueError:
            raise ArgumentTypeError(f"'{text}': give {self.limits}") from None
        if not self.holds(value):
            raise ArgumentTypeError(f"{text}: give {self.limits}")
        return value


COUNT = Limited(int, "a whole number, 1 or more", lambda n: n >= 1)
COUNT_OR_NONE = Limited(int, "a whole number, 0 or more", lambda n: n >= 0)
PHOTOS_TO_PART = Limited(int, "a whole number, 2 or more", lambda n: n >= 2)  # one to learn from, one held out
SEED = Limited(int, "a whole number from 0 to 4294967295", lambda n: 0 <= n < 2**32)
AMOUNT = Limited(float, "a number, 0 or more", lambda x: 0 <= x < math.inf)
POSITIVE = Limited(float, "a number above 0", lambda x: 0 < x < math.inf)
PART = Limited(float, "a number above 0 and below 1", lambda x: 0 < x < 1)
SHARE = Limited(float, "a number from 0 to 1", lambda x: 0 <= x <= 1)
DECAY = Limited(float, "a number from 0 to below 1", lambda x: 0 <= x < 1)

PICTURES = (".png", ".jpg", ".jpeg", ".webp")


def picture(text: str) -> Path:
    """A file to draw into. Raises `ArgumentTypeError` where its name does not say in which format."""
    if Path(text).suffix.lower() not in PICTURES:
        raise ArgumentTypeError(f"'{text}': give a name that ends in one of {', '.join(PICTURES)}")
    return Path(text)
