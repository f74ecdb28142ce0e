"""Skin colour from chromophores: melanin over blood, a two-layer optical model, to linear sRGB.

Absorption after Jacques (omlc.org/news/jan98/skinoptics.html) and Prahl (omlc.org/spectra/hemoglobin), dermis by
Kubelka-Munk, surface by Saunderson (n = 1.4), colour matching by Wyman, Sloan and Shirley (JCGT 2013), D65.
Wavelengths in nm, absorption and scattering in 1/cm.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

BANDS = np.arange(400, 721, 10, dtype=np.float64)
EPIDERMIS_CM = 0.006
OXYGEN_SATURATION = 0.75
# Share of the layer's volume: the ends of the table, and of what skin can be.
MELANIN = (0.003, 0.42)
BLOOD = (0.001, 0.15)
TABLE_SIDE = 48  # bilinear in logarithms stays within 0.1 of colour difference

# Molar extinction, 1/(cm M), one value per band.
DEOXY = np.array(
    [223296, 303956, 407560, 528600, 413280, 103292, 23388.8, 16156.4, 14550, 16684, 20862, 25773.6, 31589.6, 39036.4,
     46592, 53412, 53788, 45072, 37020, 28324.4, 14677.2, 9443.6, 6509.6, 5148.8, 4345.2, 3750.12, 3226.56, 2795.12,
     2407.92, 2051.96, 1794.28, 1540.48, 1325.88]
)  # fmt: skip
OXY = np.array(
    [266232, 466840, 480360, 246072, 102580, 62816, 44480, 33209.2, 26629.2, 23684.4, 20932.8, 20035.2, 24202.4,
     39956.8, 53236, 43016, 32613.2, 44496, 50104, 14400.8, 3200, 1506, 942, 610, 442, 368, 319.6, 294, 277.6, 276,
     290, 314, 348]
)  # fmt: skip
D65 = np.array(
    [82.75, 91.49, 93.43, 86.68, 104.86, 117.01, 117.81, 114.86, 115.92, 108.81, 109.35, 107.8, 104.79, 107.69,
     104.41, 104.05, 100, 96.33, 95.79, 88.69, 90.01, 89.6, 87.7, 83.29, 83.7, 80.03, 80.21, 82.28, 78.28, 69.72,
     71.61, 74.35, 61.6]
)  # fmt: skip
XYZ_TO_SRGB = np.array([[3.2406, -1.5372, -0.4986], [-0.9689, 1.8758, 0.0415], [0.0557, -0.2040, 1.0570]])


def reflectance(melanin: Array, blood: Array) -> Array:
    """Spectral reflectance (..., 33) of skin with these volume shares of melanin and blood."""
    base = 0.244 + 85.3 * np.exp(-(BANDS - 154) / 66.2)
    pigment = 6.6e11 * BANDS**-3.33
    oxygenated = OXYGEN_SATURATION * OXY + (1 - OXYGEN_SATURATION) * DEOXY
    haemoglobin = 2.303 / 64500 * 150 * oxygenated
    scattering = 2e12 * BANDS**-4 + 2e5 * BANDS**-1.5
    f_mel, f_blood = np.asarray(melanin)[..., None], np.asarray(blood)[..., None]
    transmitted = np.exp(-2 * EPIDERMIS_CM * (f_mel * pigment + (1 - f_mel) * base))
    ratio = 2 * (f_blood * haemoglobin + (1 - f_blood) * base) / (0.75 * scattering)
    dermis = 1 + ratio - np.sqrt(ratio**2 + 2 * ratio)
    below = transmitted**2 * dermis
    surface = (1 - 0.028) * (1 - 0.53) * below / (1 - 0.53 * below)
    return np.clip(1.25 * surface + 0.03, 0, 1)  # gain and offset fitted to the ten Monk swatches


def _lobe(peak: float, centre: float, left: float, right: float) -> Array:
    width = np.where(centre > BANDS, left, right)
    return peak * np.exp(-0.5 * ((BANDS - centre) / width) ** 2)


def linear_srgb(spectrum: Array) -> Array:
    """Linear sRGB (..., 3) of reflectances (..., 33) under D65; a perfect reflector is (1, 1, 1)."""
    x = _lobe(1.056, 599.8, 37.9, 31.0) + _lobe(0.362, 442, 16, 26.7) + _lobe(-0.065, 501.1, 20.4, 26.2)
    y = _lobe(0.821, 568.8, 46.9, 40.5) + _lobe(0.286, 530.9, 16.3, 31.1)
    z = _lobe(1.217, 437, 11.8, 36.0) + _lobe(0.681, 459, 26, 13.8)
    matching = np.stack([x, y, z]) * D65 / (D65 * y).sum()
    return np.maximum(spectrum @ matching.T @ XYZ_TO_SRGB.T, 0)


@cache
def _log_table() -> NDArray[np.float32]:
    melanin, blood = (np.geomspace(*ends, TABLE_SIDE) for ends in (MELANIN, BLOOD))
    grid = np.meshgrid(melanin, blood, indexing="ij")
    return np.log(linear_srgb(reflectance(*grid)) + 1e-4).astype(np.float32)


def albedo(melanin: NDArray[np.float32], blood: NDArray[np.float32]) -> NDArray[np.float32]:
    """Linear sRGB albedo (H, W, 3) of maps of melanin and blood shares (H, W), clipped to the table's ends."""
    table = _log_table()
    (row, down), (column, right) = (_table_place(*pair) for pair in ((melanin, MELANIN), (blood, BLOOD)))
    upper = table[row, column] * (1 - right) + table[row, column + 1] * right
    lower = table[row + 1, column] * (1 - right) + table[row + 1, column + 1] * right
    return np.exp(upper * (1 - down) + lower * down) - np.float32(1e-4)


def _table_place(share: NDArray, ends: tuple[float, float]) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    place = np.log(share / ends[0]) * ((TABLE_SIDE - 1) / np.log(ends[1] / ends[0]))
    place = np.clip(place, 0, TABLE_SIDE - 1.001).astype(np.float32)
    index = place.astype(np.intp)
    return index, (place - index)[..., None]
