"""The shapes that skin is drawn with: fractal noise, soft spots and curves, on n x n float32 grids.

Sizes are in pixels of a 256 px patch and grow with n, so a larger rendering shows the same skin more finely.
"""

from functools import lru_cache

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy import fft

Field = NDArray[np.float32]

REFERENCE_SIDE = 256  # px; the side in which all sizes are given


@lru_cache(maxsize=32)
def _fbm_filter(n: int, scale: float, octaves: int) -> Field:
    """Transfer function of a sum of Gaussian blurs, each octave half as wide and half as strong."""
    along, across = np.meshgrid(np.fft.fftfreq(n), np.fft.rfftfreq(n), indexing="ij")
    squared = along**2 + across**2
    sigmas = [scale * n / REFERENCE_SIDE / 2**o for o in range(octaves)]
    power = sum((0.5**o * s * np.exp(-2 * (np.pi * s) ** 2 * squared)) ** 2 for o, s in enumerate(sigmas))
    power[0, 0] = 0
    return np.sqrt(power).astype(np.float32)


def fbm(rng: Generator, n: int, scale: float, octaves: int = 4) -> Field:
    """Fractal noise, n x n, mean 0 and standard deviation 1; `scale` is the widest blur's sigma in reference px.

    The octaves are independent Gaussian fields, so one white noise through the root of the summed power spectra has
    the same law as their sum.
    """
    white = fft.rfft2(rng.standard_normal((n, n), dtype=np.float32))
    field = fft.irfft2(white * _fbm_filter(n, scale, octaves), s=(n, n))
    return ((field - field.mean()) / (field.std() + 1e-9)).astype(np.float32)


def blur(field: Field, sigma: float) -> Field:
    """Gaussian blur (periodic) with sigma in reference px, over the first two axes."""
    n = field.shape[0]
    along, across = np.meshgrid(np.fft.fftfreq(n), np.fft.rfftfreq(n), indexing="ij")
    transfer = np.exp(-2 * (np.pi * sigma * n / REFERENCE_SIDE) ** 2 * (along**2 + across**2)).astype(np.float32)
    planes = field.reshape(n, n, -1).transpose(2, 0, 1)
    blurred = fft.irfft2(fft.rfft2(planes) * transfer, s=(n, n))
    return blurred.transpose(1, 2, 0).reshape(field.shape).astype(np.float32)


def union_spots(
    field: Field, centres: NDArray, radii: NDArray, ratios: NDArray, angles: NDArray, peaks: NDArray
) -> None:
    """Draw soft ellipses into `field`, keeping the larger value; centres in 0..1, radii in reference px."""
    n = field.shape[0]
    for (cy, cx), radius, ratio, angle, peak in zip(
        centres * n, radii * n / REFERENCE_SIDE, ratios, angles, peaks, strict=True
    ):
        box = _box(n, cy, cx, 2.2 * radius + 1)
        dy, dx = _offsets(box, cy, cx)
        along = (dx * np.cos(angle) + dy * np.sin(angle)) / radius
        across = (dy * np.cos(angle) - dx * np.sin(angle)) / (radius * ratio)
        spot = peak / (1 + np.exp(np.minimum(2.2 * (along**2 + across**2 - 1), 40)))
        np.maximum(field[box], spot, out=field[box], casting="same_kind")


def union_curve(field: Field, rng: Generator, length: float, angle: float, width: float, peak: float) -> None:
    """Draw one curve into `field`, keeping the larger value: bent, slightly wandering, fading towards both ends.

    `length` and `width` (sigma of the cross profile) in reference px; centre uniform in the middle 80 %.
    """
    n = field.shape[0]
    unit = n / REFERENCE_SIDE
    cy, cx = rng.uniform(0.1, 0.9, 2) * n
    bend, steps = rng.normal(0, 0.12), rng.normal(0, 0.12, 129)
    half = length * unit / 2
    box = _box(n, cy, cx, half + 4 * width * unit)
    dy, dx = _offsets(box, cy, cx)
    along = dx * np.cos(angle) + dy * np.sin(angle)
    across = dy * np.cos(angle) - dx * np.sin(angle)
    t = np.clip(along / (2 * half), -0.5, 0.5)
    wander = np.cumsum(steps) * unit
    path = bend * 2 * half * t**2 + np.interp(t, np.linspace(-0.5, 0.5, wander.size), wander - wander[64])
    profile = np.cos(np.pi * t) ** 0.7 * (np.abs(along) < half)
    line = peak * profile * np.exp(-0.5 * ((across - path) / (width * unit)) ** 2)
    np.maximum(field[box], line, out=field[box], casting="same_kind")


def _box(n: int, cy: float, cx: float, reach: float) -> tuple[slice, slice]:
    edges = [(max(0, int(c - reach)), min(n, int(c + reach) + 2)) for c in (cy, cx)]
    return slice(*edges[0]), slice(*edges[1])


def _offsets(box: tuple[slice, slice], cy: float, cx: float) -> tuple[Field, Field]:
    rows = np.arange(box[0].start, box[0].stop, dtype=np.float32)[:, None] - np.float32(cy)
    columns = np.arange(box[1].start, box[1].stop, dtype=np.float32)[None, :] - np.float32(cx)
    return rows, columns
