"""One map per attribute: where its visible sign is, 0..1, and the grade measured on it.

A map is drawn from its own random stream for a severity q of 0..1 (q = 1 is the strongest sign; for hydration that
is the driest skin). The grade is not q: it is measured as the map's mean, that is area times contrast.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from training.attributes import ATTRIBUTES, GRADES
from training.phantom.fields import Field, blur, fbm, union_curve, union_spots


def spots(rng: Generator, n: int, q: float) -> Field:
    """Pigment: sharp spots, more and darker with q."""
    field = np.zeros((n, n), np.float32)
    count = round((1 + 22 * q**1.3) * np.exp(rng.normal(0, 0.15)))
    most = 60
    centres, radii = rng.uniform(0, 1, (most, 2)), rng.gamma(2, 1.6, most) + 1.2
    ratios, angles, peaks = rng.uniform(0.6, 1, most), rng.uniform(0, np.pi, most), rng.uniform(0.5, 1, most)
    kept = slice(0, min(count, most))
    union_spots(field, centres[kept], radii[kept], ratios[kept], angles[kept], peaks[kept])
    return (field * q**0.6).astype(np.float32)


def redness(rng: Generator, n: int, q: float) -> Field:
    """Diffuse redness that spreads with q, and thin vessels."""
    diffuse = np.clip(0.7 * (fbm(rng, n, 26) + 1.5 * q - 1.2), 0, 1) * q**0.5
    vessels = np.zeros((n, n), np.float32)
    for _ in range(round(9 * q**1.6 * np.exp(rng.normal(0, 0.2)))):
        union_curve(vessels, rng, rng.uniform(20, 70), rng.uniform(0, np.pi), 0.7, 1.0)
    return np.clip(diffuse + 0.8 * q * vessels, 0, 1).astype(np.float32)


def wrinkles(rng: Generator, n: int, q: float) -> Field:
    """Lines along one common direction; more, longer, wider and deeper with q."""
    field = np.zeros((n, n), np.float32)
    common = rng.normal(0, 0.15)
    count = round((0.3 + 8 * q**1.2) * np.exp(rng.normal(0, 0.15)))
    for _ in range(count):
        length, angle = rng.uniform(0.35, 0.95) * 256, common + rng.normal(0, 0.12)
        union_curve(field, rng, length, angle, rng.uniform(0.9, 1.6 + 1.4 * q), rng.uniform(0.45, 1) * q)
    return field


def flakes(rng: Generator, n: int, q: float) -> Field:
    """Dry scales in patches; q is dryness."""
    scales = np.clip(fbm(rng, n, 2.2, 2) - 1.9 + 1.1 * q, 0, 1)
    patches = blur((fbm(rng, n, 22) > 0.6 - 0.9 * q).astype(np.float32), 4)
    return (scales * patches * q).astype(np.float32)


def film(rng: Generator, n: int, q: float) -> Field:
    """Thickness of the sebum film."""
    return (q * np.clip(0.5 + 0.5 * fbm(rng, n, 20), 0, 1)).astype(np.float32)


def cell_means(field: Field, cells: int) -> NDArray[np.float64]:
    """Means of an n x n map over cells x cells equal squares, whose edges may fall inside a pixel."""
    return _row_means(_row_means(field, cells).T, cells).T


def _row_means(rows: NDArray, cells: int) -> NDArray[np.float64]:
    """Means over equal spans of rows: differences of a prefix sum that is read at fractional rows."""
    n = len(rows)
    edges = np.arange(cells + 1) * n / cells
    whole = np.minimum(edges.astype(np.intp), n - 1)
    prefix = np.zeros((n + 1, rows.shape[1]))
    np.cumsum(rows, axis=0, out=prefix[1:])
    return np.diff(prefix[whole] + (edges - whole)[:, None] * rows[whole], axis=0) * cells / n


@dataclass(frozen=True)
class Sign:
    """How an attribute shows: the map's painter and the four means that part its five degrees."""

    paint: Callable[[Generator, int, float], Field]
    limits: tuple[float, float, float, float]

    def degree(self, mean: NDArray | float) -> NDArray[np.int64]:
        """0 (no sign) .. 4 (strongest) of maps with these means."""
        return np.searchsorted(self.limits, mean, side="right")


# The limits are the median means of 60 maps at q = 1/8, 3/8, 5/8 and 7/8.
SIGNS = {
    "oil": Sign(film, (0.0622, 0.188, 0.314, 0.439)),
    "hydration": Sign(flakes, (0.0006, 0.00415, 0.0152, 0.0421)),
    "wrinkle": Sign(wrinkles, (0.00053, 0.0044, 0.0155, 0.0338)),
    "pigmentation": Sign(spots, (0.00042, 0.00256, 0.0070, 0.0128)),
    "sensitivity": Sign(redness, (0.0206, 0.0669, 0.150, 0.281)),
}
FALLING = {attribute.key for attribute in ATTRIBUTES if attribute.sign < 0}


def grade_of(key: str, mean: NDArray | float) -> NDArray[np.int64]:
    """The grade of an attribute whose map has this mean; where the sign falls with the grade, 4 means no sign."""
    degree = SIGNS[key].degree(mean)
    return GRADES - 1 - degree if key in FALLING else degree


def paint_grade(key: str, grade: int, n: int, streams: Callable[[int], Generator]) -> Field:
    """A map of `key` whose measured grade is `grade`; `streams(i)` is the random stream of the i-th attempt."""
    degree = GRADES - 1 - grade if key in FALLING else grade
    for attempt in range(200):
        rng = streams(attempt)
        q = float(np.clip((degree + rng.uniform(-0.5, 0.5)) / (GRADES - 1), 0, 1))
        field = SIGNS[key].paint(rng, n, q)
        if grade_of(key, float(field.mean())) == grade:
            return field
    raise RuntimeError(f"no {key} map of grade {grade} in 200 attempts: the limits of its degrees are wrong")
