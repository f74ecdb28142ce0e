"""Steps 2 and 3 of the preprocessing contract: centred square, exact integer box resize.

Written as two products with a matrix of whole-number overlaps: output i covers [i*N, (i+1)*N), source k covers
[k*S, (k+1)*S), in units of 1/S source pixel. One rounding after both axes, 64-bit sums.
"""

import numpy as np
from numpy.typing import NDArray

from .photo import PhotoError


def overlaps(n: int, size: int) -> NDArray[np.int64]:
    """Weights (size, n); every row sums to n."""
    out, source = np.arange(size)[:, None], np.arange(n)[None, :]
    ends = np.minimum((out + 1) * n, (source + 1) * size)
    starts = np.maximum(out * n, source * size)
    return np.maximum(ends - starts, 0)


def model_input(rgb: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    """The model's input bytes, size x size x 3. Raises `PhotoError` when the photo is too small."""
    height, width = rgb.shape[:2]
    n = min(height, width)
    if n < size:
        raise PhotoError(f"the photo's shorter side is {n} px; the model needs at least {size} px")
    top, left = (height - n) // 2, (width - n) // 2
    square = rgb[top : top + n, left : left + n]
    # float64 products are exact here: every sum stays below 2**53 (255 * N**2 for N up to five million).
    weights = overlaps(n, size).astype(np.float64)
    # One colour at a time: three together would take 1.2 GB for a photo of 50 megapixels.
    planes = [weights @ square[..., c].astype(np.float64) @ weights.T for c in range(3)]
    sums = np.stack(planes, axis=-1).astype(np.int64)
    return ((sums + n * n // 2) // (n * n)).astype(np.uint8)
