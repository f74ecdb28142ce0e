"""One synthetic photo with its truth: tone, maps, clean grades, and what a human rater would have written.

Every map has a random stream of its own, so changing one attribute's grade leaves all else as it was (twins).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.random import Generator, SeedSequence
from numpy.typing import NDArray

from training.attributes import GRADES, KEYS, PARTS
from training.phantom.distractors import KINDS, draw_distractors
from training.phantom.fields import Field
from training.phantom.maps import paint_grade
from training.phantom.render import base_skin, draw_lights, photograph, pore_map, shade

# Melanin share per class of individual typology angle, from very light to dark.
TONES = ((0.008, 0.016), (0.016, 0.029), (0.029, 0.043), (0.043, 0.070), (0.070, 0.162), (0.162, 0.35))
BLOOD_SHARE = (0.004, 0.012)
RATER_ERROR = 0.15  # probability that a rater is one grade off

STREAMS = (*KEYS, "tone", "base", "pores", "light", "camera", "rater", "plan", *KINDS)


@dataclass(frozen=True)
class Phantom:
    """A photo (n x n x 3, 8-bit sRGB) and everything known about it."""

    pixels: NDArray[np.uint8]
    maps: dict[str, Field]
    clean: dict[str, int]
    rated: dict[str, int]
    part: int
    tone: int


def stream(seed: int, index: int, name: str, attempt: int = 0) -> Generator:
    """The random stream of one map of photo `index` in the set `seed`."""
    return np.random.default_rng(SeedSequence(entropy=seed, spawn_key=(index, STREAMS.index(name), attempt)))


def render(seed: int, index: int, grades: Mapping[str, int], n: int = 256, tone: int | None = None) -> Phantom:
    """Photo `index` of the set `seed` with these clean grades; `tone` 0 (very light) .. 5 (dark), drawn if None."""
    maps = {key: paint_grade(key, grades[key], n, partial(stream, seed, index, key)) for key in KEYS}
    plan = stream(seed, index, "plan")
    drawn, part = int(plan.integers(len(TONES))), int(plan.integers(len(PARTS)))
    tone = drawn if tone is None else tone
    shares = stream(seed, index, "tone")
    melanin = float(np.exp(shares.uniform(*np.log(TONES[tone]))))
    pores = pore_map(stream(seed, index, "pores"), n)
    skin = base_skin(stream(seed, index, "base"), pores, n, melanin, shares.uniform(*BLOOD_SHARE), maps)
    distractors = draw_distractors(partial(stream, seed, index), n)
    radiance = shade(distractors.cover(skin), pores, draw_lights(stream(seed, index, "light")))
    pixels = photograph(stream(seed, index, "camera"), distractors.fall_on(radiance))
    return Phantom(pixels, maps, dict(grades), _rate(stream(seed, index, "rater"), grades), part, tone)


def _rate(rng: Generator, grades: Mapping[str, int]) -> dict[str, int]:
    """A rater's grades: one off with probability `RATER_ERROR`, never outside 0..4."""
    rated = {}
    for key in KEYS:
        step = int(rng.choice((-1, 1))) if rng.random() < RATER_ERROR else 0
        rated[key] = min(max(grades[key] + step, 0), GRADES - 1)
    return rated
