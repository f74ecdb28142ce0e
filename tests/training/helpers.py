"""Small photo sets and grades for tests of learning and measuring."""

import numpy as np

from training.photo_set import PhotoSet, unmapped

EVERY = np.repeat(np.arange(5), 20)
ALIKE = np.tile(EVERY[:, None], 5)  # five attributes with the same grades


def noise_photos(n: int = 12, size: int = 32) -> PhotoSet:
    """Noise with random grades, some of them missing."""
    rng = np.random.default_rng(0)
    labels = rng.integers(-1, 5, (n, 5))
    images, none = rng.integers(0, 256, (n, size, size, 3), np.uint8), np.zeros(n, int)
    return PhotoSet(images, labels, labels, none, none, unmapped(n), np.arange(n))
