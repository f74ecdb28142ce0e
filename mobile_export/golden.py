"""Golden photos: small PNGs with the input bytes, outputs and grades that every client must reproduce.

Chosen so that their grades survive noise of 0.02 grey levels, since int8 rounding differs a little between kinds of
CPU. `resize_vectors` are for the box resize alone, with pixels that any language can compute.
"""

import base64
import hashlib
import io
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from training.attributes import KEYS
from training.batches import to_tensor
from training.phantom.photo import render, stream
from training.preprocess import model_input
from training.runtime import Runner

SEED = 90_210
MORE = ((32, 1), (8, 8), (0, 27))  # px that height and width have more than the model's side: N = S + 1, S + 8, S
NOISE = 0.02  # grey levels
TOLERANCE = {"int8": 0.25, "w8a16": 0.02, "fp32": 0.001}  # of the expected grade


def candidate(index: int, height: int, width: int) -> NDArray[np.uint8]:
    """A synthetic photo with random grades, cut to height x width."""
    drawn = stream(SEED, index, "plan", 1).integers(0, 5, len(KEYS))
    phantom = render(SEED, index, dict(zip(KEYS, map(int, drawn), strict=True)), max(height, width))
    return phantom.pixels[:height, :width]


def is_stable(runner: Runner, pixels: NDArray[np.uint8], draws: int = 6) -> bool:
    """Whether the most likely and the balanced grades stay the same under noise."""
    image = to_tensor(pixels[None])
    noise = torch.Generator().manual_seed(0)
    shaken = [(image + NOISE * torch.randn(image.shape, generator=noise)).clamp(0, 255) for _ in range(draws)]
    grades = {tuple(_grades(runner(one)).flatten()) for one in [image, *shaken]}
    return len(grades) == 1


def _grades(outputs: dict[str, NDArray]) -> NDArray[np.int64]:
    return np.stack([outputs["probabilities"].argmax(-1), outputs["utilities"].argmax(-1)])


def golden_document(runners: dict[str, Runner], size: int) -> dict[str, Any]:
    """Golden photos with the outputs of each file, named by precision."""
    photos = []
    index = 0
    for height, width in ((size + h, size + w) for h, w in MORE):
        while True:
            pixels = candidate(index, height, width)
            index += 1
            small = model_input(pixels, size)
            if all(is_stable(runner, small) for runner in runners.values()):
                break
        photos.append(_photo(pixels, small, runners))
    return {"size": size, "tolerance_expected": TOLERANCE, "photos": photos, "resize": resize_vectors()}


def _photo(pixels: NDArray[np.uint8], small: NDArray[np.uint8], runners: dict[str, Runner]) -> dict[str, Any]:
    held = io.BytesIO()
    Image.fromarray(pixels).save(held, "PNG", optimize=True)
    return {
        "height": pixels.shape[0],
        "width": pixels.shape[1],
        "png": base64.b64encode(held.getvalue()).decode(),
        "input_sha256": hashlib.sha256(small.tobytes()).hexdigest(),
        "outputs": {name: expected_outputs(runner(to_tensor(small[None]))) for name, runner in runners.items()},
    }


def expected_outputs(outputs: dict[str, NDArray]) -> dict[str, Any]:
    """What golden.json records of one file's outputs."""
    likely, balanced = _grades(outputs)
    return {
        "grades": likely.tolist(),
        "balanced": balanced.tolist(),
        "expected": [round(float(e), 6) for e in outputs["expected"]],
        "quality": [round(float(q), 6) for q in outputs["quality"]],
    }


def formula_pixels(height: int, width: int, seed: int) -> NDArray[np.uint8]:
    """Pixels by formula: (3xx + 5yy + 7xy + 91c + 17 seed) mod 256 at column x, row y, channel c."""
    y, x, c = np.ogrid[:height, :width, :3]
    return ((3 * x * x + 5 * y * y + 7 * x * y + 91 * c + 17 * seed) % 256).astype(np.uint8)


def resize_vectors() -> list[dict[str, Any]]:
    """Sizes, and the SHA-256 of the exact result for formula pixels."""
    cases = [(h, w, s) for h, w in ((7, 7), (8, 5), (31, 64), (199, 241), (640, 481)) for s in (1, 3, 5)] + [
        (1001, 999, 224)
    ]
    vectors = []
    for seed, (height, width, size) in enumerate(cases):
        result = model_input(formula_pixels(height, width, seed), size)
        digest = hashlib.sha256(result.tobytes()).hexdigest()
        vectors.append({"height": height, "width": width, "seed": seed, "size": size, "sha256": digest})
    return vectors
