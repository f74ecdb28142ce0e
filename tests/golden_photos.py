"""The golden photos of the committed bundle as model inputs: real-looking skin without waiting for the renderer."""

import base64
import io
import json
from functools import cache
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from training.preprocess import model_input

REFERENCE = Path(__file__).parents[1] / "mobile_export" / "reference"
SERVER_WEIGHTS = REFERENCE / "skinscore_server_fp16.safetensors"
SIZE = 224  # px


def golden_inputs(count: int, size: int = SIZE) -> list[NDArray[np.uint8]]:
    """`count` different (size,size,3): the golden photos, turned and mirrored where they are too few."""
    turned = (turn(square) for turn in TURNS for square in golden_squares())
    return [grown(square, size) for square in islice(turned, count)]


@cache
def golden_squares() -> list[NDArray[np.uint8]]:
    """The golden photos at the model's own size."""
    pictures = [Image.open(io.BytesIO(png)) for png in golden_photos()]
    return [model_input(np.asarray(picture.convert("RGB")), SIZE) for picture in pictures]


@cache
def golden_photos() -> list[bytes]:
    """The PNG files themselves."""
    golden = json.loads((REFERENCE / "golden.json").read_text("utf-8"))
    return [base64.b64decode(photo["png"]) for photo in golden["photos"]]


def grown(square: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    """A square brought to another side."""
    return square if len(square) == size else np.asarray(Image.fromarray(square).resize((size, size)))


TURNS = (
    lambda square: square,
    lambda square: square[:, ::-1],
    lambda square: square[::-1],
    lambda square: square.transpose(1, 0, 2),
    lambda square: np.rot90(square),
)
