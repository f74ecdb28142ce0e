"""Hand-made maps, and a grader whose answers are known."""

from dataclasses import dataclass

import numpy as np

from training.attributes import ATTRIBUTES
from training.decoding import Decoding
from training.phantom.maps import cell_means
from training.photo_set import CELLS
from training.runtime import Answers

OIL, HYDRATION, WRINKLE = ATTRIBUTES[:3]
SIDE = 7  # of the hand-made maps
EACH_GRADE = np.repeat(np.arange(5), 3)


def blobs(n: int = len(EACH_GRADE)) -> np.ndarray:
    """True maps (n,28,28): one soft blob each, somewhere."""
    rng, axis = np.random.default_rng(1), np.arange(CELLS)
    y, x = rng.uniform(3, 25, (2, n, 1))
    rows, columns = np.exp(-(((axis - y) / 3) ** 2)), np.exp(-(((axis - x) / 3) ** 2))
    return rows[:, :, None] * columns[:, None, :]


def coarse(cells: np.ndarray) -> np.ndarray:
    """Maps (n,7,7) of such (n,28,28)."""
    return np.stack([cell_means(cell, SIDE) for cell in cells])


@dataclass(frozen=True)
class OneCell:
    """Expected grade: 4 where the top left quarter of a side is white, 0 where it is black; it also points there."""

    name: str = "one cell"
    size: int = 64
    decoding: Decoding = Decoding()

    def grade(self, images: np.ndarray) -> Answers:
        corner = images[:, :16, :16].mean((1, 2, 3)) / 255
        maps = np.zeros((len(images), 5, 4, 4))
        maps[..., 0, 0] = 1
        none = np.zeros((len(images), 5, 5))
        return Answers(none, none, np.repeat(4 * corner[:, None], 5, 1), maps)
