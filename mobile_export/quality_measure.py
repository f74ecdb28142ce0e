"""Photo quality measured by plain arithmetic on input bytes: what the graph's `quality` output must equal."""

import numpy as np
from numpy.typing import NDArray

from mobile_export.graph import LUMA


def measured_quality(images: NDArray[np.uint8]) -> NDArray[np.float64]:
    """(N,S,S,3) -> (N,3): mean luma 0..1, clipped share, variance of luma's 4-neighbour Laplacian, borders left out."""
    return np.stack([_one(image.astype(np.float64)) for image in images])


def _one(rgb: NDArray[np.float64]) -> NDArray[np.float64]:
    luma = rgb @ np.array(LUMA) / 255
    clipped = (np.clip(1 - rgb, 0, 1) + np.clip(rgb - 254, 0, 1)).mean()
    neighbours = luma[:-2, 1:-1] + luma[2:, 1:-1] + luma[1:-1, :-2] + luma[1:-1, 2:]
    return np.array([luma.mean(), clipped, (neighbours - 4 * luma[1:-1, 1:-1]).var()])
