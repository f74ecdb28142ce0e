"""A heat layer: a small signed map as a transparent RGBA picture, without a pixel of the photo.

Orange pushes the grade up, purple pushes it down; blue marks places of a method that knows no attribute. All three
are told apart under every common colour blindness. Opacity is the magnitude on one scale for all photos of a model
and method, so two photos can be compared; `legend` is that scale to look at.
"""

import io
from functools import cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

UP, DOWN, PLACE = (0xE6, 0x61, 0x00), (0x5D, 0x3A, 0x9B), (0x00, 0x72, 0xB2)
OPAQUE = 0.75  # the largest opacity, so that skin stays visible below
CLEAR = int(OPAQUE * 255)  # the place of full transparency among the levels
LEGEND_SIZE = (256, 16)  # px


def render(heat: NDArray[np.floating], scale: float, side: int, blind: bool = False) -> bytes:
    """PNG bytes, side x side, of a map (h,w) whose magnitude `scale` is drawn most opaque.

    A `blind` map is drawn in one colour, and where it is positive alone.
    """
    small = Image.fromarray(np.asarray(heat, np.float32))
    return _drawn(np.asarray(small.resize((side, side), Image.Resampling.BICUBIC)) / scale, blind)


@cache
def legend(blind: bool = False) -> bytes:
    """PNG bytes of the whole scale, from its lowest value at the left to its greatest; a blind one starts at 0."""
    width, height = LEGEND_SIZE
    return _drawn(np.tile(np.linspace(0 if blind else -1, 1, width), (height, 1)), blind)


def colours(blind: bool = False) -> dict[str, str]:
    """What each colour of a layer stands for."""
    named = {"place": PLACE} if blind else {"up": UP, "down": DOWN}
    return {meaning: "#" + bytes(colour).hex() for meaning, colour in named.items()}


def _drawn(shares: NDArray[np.floating], blind: bool) -> bytes:
    """PNG bytes of values that are shares of the scale."""
    levels = np.rint(shares.clip(0 if blind else -1, 1) * OPAQUE * 255).astype(np.int16)
    layer = _rgba(blind)[levels + CLEAR].view(np.uint8).reshape(*shares.shape, 4)
    held = io.BytesIO()
    Image.fromarray(layer).save(held, "PNG", compress_level=1)
    return held.getvalue()


@cache
def _rgba(blind: bool) -> NDArray[np.uint32]:
    """Pixels of all levels of opacity, from the most negative to the most positive."""
    table = np.empty((2 * CLEAR + 1, 4), np.uint8)
    table[:CLEAR, :3], table[CLEAR:, :3] = (PLACE, PLACE) if blind else (DOWN, UP)
    table[:, 3] = np.abs(np.arange(-CLEAR, CLEAR + 1))
    return table.view(np.uint32)[:, 0]
