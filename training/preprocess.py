"""From decoded RGB pixels to the model's input, exact to the bit on every platform.

Centre square, then an exact box resize in integers: output pixel i covers source interval [i*N, (i+1)*N) and source
pixel k covers [k*S, (k+1)*S), both in units of 1/S source pixel. The overlaps are the weights. They sum to N on each
axis, and one rounding after both axes gives `(sum + N*N // 2) // (N*N)`.
"""

import numpy as np
from numpy.typing import NDArray

STRIP = 256  # columns that are summed at once: sums of a whole 50-megapixel square would take gigabytes


class PhotoTooSmall(ValueError):
    """The photo's shorter side is below the model's input side."""


def centre_square(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Crop HxWx3 to its centred square of side min(H, W); odd remainders round towards the top left."""
    height, width = rgb.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    return rgb[top : top + side, left : left + side]


def box_sums(values: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    """Weighted sums of N rows (axis 0) into `size` boxes; the weights are integer overlaps that add up to N.

    A prefix sum P over rows, read at the fractional row b*N/size, is `size*P[whole] + rest*row[whole]`, so each box
    is a difference of two such readings and no weight matrix is needed.
    """
    n = values.shape[0]
    whole, rest = np.divmod(np.arange(size + 1, dtype=np.int64) * n, size)
    prefix = np.zeros((n + 1, *values.shape[1:]), np.int64)
    np.cumsum(values, axis=0, out=prefix[1:])
    row = values[np.minimum(whole, n - 1)]  # the last edge has rest 0, so its row does not count
    edges = size * prefix[whole] + rest.reshape(-1, *[1] * (values.ndim - 1)) * row
    return np.diff(edges, axis=0)


def box_resize(square: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    """Resize an NxNx3 uint8 square to size x size x 3. Raises `PhotoTooSmall` when N < size.

    Sums need 64 bits: 255 * N**2 passes 2**31 from N = 2,902 on.
    """
    n = square.shape[0]
    if n < size:
        raise PhotoTooSmall(f"the photo's shorter side is {n} px; the model needs at least {size} px")
    strips = (square[:, left : left + STRIP].astype(np.int64) for left in range(0, n, STRIP))
    rows = np.concatenate([box_sums(strip, size) for strip in strips], axis=1)
    both = box_sums(rows.transpose(1, 0, 2), size).transpose(1, 0, 2)
    return ((both + n * n // 2) // (n * n)).astype(np.uint8)


def model_input(rgb: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    """The model's input bytes, size x size x 3, for a decoded, upright sRGB photo."""
    return box_resize(centre_square(rgb), size)
