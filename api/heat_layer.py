"""A heat layer: a small signed map as a transparent RGBA picture, without a pixel of the photo.

Orange pushes the grade up, purple pushes it down: told apart under every common colour blindness. Opacity is the
magnitude on one scale for all photos, so two photos can be compared.
"""

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

UP, DOWN = (0xE6, 0x61, 0x00), (0x5D, 0x3A, 0x9B)
OPAQUE = 0.75  # the largest opacity, so that skin stays visible below


def render(heat: NDArray[np.floating], scale: float, side: int) -> bytes:
    """PNG bytes, side x side, of a map (h,w) whose magnitude `scale` is drawn most opaque."""
    grown = np.asarray(Image.fromarray(np.asarray(heat, np.float32)).resize((side, side), Image.Resampling.BICUBIC))
    layer = np.empty((side, side, 4), np.uint8)
    layer[..., :3] = np.where(grown[..., None] > 0, UP, DOWN)
    layer[..., 3] = np.round(np.minimum(np.abs(grown) / scale, 1) * OPAQUE * 255)
    held = io.BytesIO()
    Image.fromarray(layer).save(held, "PNG", optimize=True)
    return held.getvalue()
