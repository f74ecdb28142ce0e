"""Small photo sets, grades and labelled photos for tests of learning and measuring."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from training.photo_set import PhotoSet, unmapped

EVERY = np.repeat(np.arange(5), 20)
ALIKE = np.tile(EVERY[:, None], 5)  # five attributes with the same grades
FULL = {"oil": 1, "hydration": 2, "wrinkle": 0, "pigmentation": 3, "sensitivity": 4, "part": 1}
# A run of a few steps.
TINY = ["--synthetic", "24", "--size", "56", "--stages", "32:96", "--batch", "4", "--every", "8", "--save-every", "1"]


def noise_photos(n: int = 12, size: int = 32) -> PhotoSet:
    """Noise with random grades, some of them missing."""
    rng = np.random.default_rng(0)
    labels = rng.integers(-1, 5, (n, 5))
    images, none = rng.integers(0, 256, (n, size, size, 3), np.uint8), np.zeros(n, int)
    return PhotoSet(images, labels, labels, none, none, unmapped(n), np.arange(n))


def put_photo(folder: Path, name: str, label: Any = None, size: tuple[int, int] = (64, 48)) -> Path:
    """A photo of noise in this folder, its label beside it where one is given; `size` is height and width."""
    path = folder / name
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (*size, 3), np.uint8)).save(path)
    if label is not None:
        path.with_suffix(".json").write_text(json.dumps(label), "utf-8-sig")
    return path
