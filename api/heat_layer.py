"""A heat layer: a small signed map as a transparent RGBA picture, without a pixel of the photo.

Orange pushes the grade up, purple pushes it down; blue marks places of a method that knows no attribute. All three
are told apart under every common colour blindness. Opacity is the magnitude on one scale for all photos of a model
and method, so two photos can be compared; `legend` is that scale to look at.
"""

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

UP, DOWN, PLACE = (0xE6, 0x61, 0x00), (0x5D, 0x3A, 0x9B), (0x00, 0x72, 0xB2)
OPAQUE = 0.75  # the largest opacity, so that skin stays visible below
LEGEND_SIZE = (256, 16)  # px


def render(heat: NDArray[np.floating], scale: float, side: int, blind: bool = False) -> bytes:
    """PNG bytes, side x side, of a map (h,w) whose magnitude `scale` is drawn most opaque.

    A `blind` map is drawn in one colour, and where it is positive alone.
    """
    small = Image.fromarray(np.asarray(heat, np.float32))
    return _drawn(np.asarray(small.resize((side, side), Image.Resampling.BICUBIC)) / scale, blind)


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
    layer = np.empty((*shares.shape, 4), np.uint8)
    layer[..., :3] = PLACE if blind else np.where(shares[..., None] > 0, UP, DOWN)
    strength = shares.clip(0, 1) if blind else np.abs(shares).clip(0, 1)
    layer[..., 3] = np.round(strength * OPAQUE * 255)
    held = io.BytesIO()
    Image.fromarray(layer).save(held, "PNG", compress_level=1)
    return held.getvalue()
