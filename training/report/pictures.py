"""Pictures inside the page: photos, and heat over a grey photo."""

import base64
import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

SIDE = 176  # px, drawn at about 140
SIGN = (0xE6, 0x61, 0x00)  # the colour that the clients' layers have for more of a sign
OPAQUE = 0.9  # the strongest heat, so that skin stays visible below
PALE = 0.45  # share of white in the grey photo below the heat

Pixels = NDArray[np.uint8]


def photo(pixels: Pixels) -> str:
    """A photo (S,S,3) as a data URI."""
    return data_uri(_resized(Image.fromarray(pixels)))


def heat(pixels: Pixels, strength: NDArray[np.floating]) -> str:
    """Strength (h,w), where 1 and more is most opaque, over a photo (S,S,3) in pale grey, as a data URI."""
    grey = np.asarray(_resized(Image.fromarray(pixels)).convert("L"), np.float32)[..., None]
    ground = (1 - PALE) * grey + PALE * 255
    grown = np.asarray(_resized(Image.fromarray(strength.astype(np.float32))))
    alpha = OPAQUE * np.clip(grown, 0, 1)[..., None]
    mixed = (1 - alpha) * ground + alpha * np.array(SIGN, np.float32)
    return data_uri(Image.fromarray((mixed + 0.5).astype(np.uint8)))


def data_uri(picture: Image.Image) -> str:
    """A picture as a JPEG data URI."""
    held = io.BytesIO()
    picture.save(held, "JPEG", quality=82)
    return "data:image/jpeg;base64," + base64.b64encode(held.getvalue()).decode()


def _resized(picture: Image.Image) -> Image.Image:
    return picture.resize((SIDE, SIDE), Image.Resampling.BICUBIC)
