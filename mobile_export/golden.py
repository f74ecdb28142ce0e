"""Golden photos: small PNGs with the input bytes, outputs and grades that every client must reproduce.

Sizes are those that go wrong: N = S and S + 1, odd sides, a crop that leaves one pixel over, portrait and landscape,
large sides that S does not divide. Chosen so that grades and heat survive noise of 0.02 grey levels, since int8
rounding differs a little between kinds of CPU. `resize_vectors` are for the box resize alone, with pixels that any
language can compute.
"""

import base64
import hashlib
import io
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from mobile_export.errors import ExportError
from mobile_export.golden_outputs import expected_outputs, heat_moved
from training.attributes import KEYS
from training.batches import to_tensor
from training.phantom.photo import render, stream
from training.preprocess import model_input
from training.runtime import Runner

SEED = 90_210
NOISE = 0.02  # grey levels
DEPTH = 4  # low bits of each colour that are dropped: a rendered photo's noise would make its PNG twice as large
TRIES = 400  # candidates before giving up; a sound network needs a few per photo
EXPECTED = {"int8": 0.25, "fp32": 0.001}  # tolerance of the expected grade by kind of arithmetic; any other …
EXPECTED_ELSE = 0.02  # … is half precision, or int8 weights with float activations
HEAT = {"int8": 0.05, "fp32": 0.005}  # tolerance of the centre of heat, as a share of the side
HEAT_ELSE = 0.02
QUALITY = 0.01  # relative


class Unstable(ExportError):
    """A network whose grades change under noise that nobody sees."""


def sizes(s: int) -> list[tuple[int, int]]:
    """Height and width of the golden photos for a model with inputs of s px."""
    return [
        (s, s),
        (s, s + 1),
        (s + 1, s),
        (s + 1, s + 1),
        (s + 2, s + 1),
        (s, s + 27),
        (s + 32, s + 1),
        (s + 9, s + 20),
        (s + 29, s + 8),
        (s * 3 // 2 + 1, s * 3 // 2 + 2),
        (s * 2 - 1, s * 2 + 18),
        (s * 3 + 4, s * 2 + 13),
    ]


def candidate(index: int, height: int, width: int, size: int) -> NDArray[np.uint8]:
    """A synthetic photo with random grades, height x width; a large one is drawn smaller and its pixels repeated."""
    times = -(-max(height, width) // (size + size // 5))
    drawn = stream(SEED, index, "plan", 1).integers(0, 5, len(KEYS))
    side = -(-max(height, width) // times)
    pixels = render(SEED, index, dict(zip(KEYS, map(int, drawn), strict=True)), side).pixels >> DEPTH << DEPTH
    return np.ascontiguousarray(pixels.repeat(times, 0).repeat(times, 1)[:height, :width])


def is_stable(runner: Runner, small: NDArray[np.uint8], heat: float, draws: int = 6) -> bool:
    """Whether grades stay the same and centres of heat within half of `heat` under noise on the input (S,S,3)."""
    image = to_tensor(small[None])
    noise = torch.Generator().manual_seed(0)
    plain = expected_outputs(runner(image))
    for _ in range(draws):
        shaken = (image + NOISE * torch.randn(image.shape, generator=noise)).clamp(0, 255)
        if not _alike(plain, expected_outputs(runner(shaken)), heat / 2):
            return False
    return True


def _alike(first: dict[str, Any], second: dict[str, Any], heat: float) -> bool:
    if any(first[name] != second[name] for name in ("grades", "balanced")):
        return False
    return heat_moved(first["heat"], second["heat"]) <= heat


def golden_document(runners: dict[str, Runner], size: int) -> dict[str, Any]:
    """Golden photos with the outputs of each file, named by precision. Raises `Unstable`."""
    heat = {name: HEAT.get(kind(name), HEAT_ELSE) for name in runners}
    photos, tried = [], iter(range(TRIES))
    for height, width in sizes(size):
        drawn = (candidate(index, height, width, size) for index in tried)
        pixels = next((one for one in drawn if _stable_input(model_input(one, size), runners, heat)), None)
        if pixels is None:
            raise Unstable(f"fewer than {len(sizes(size))} of {TRIES} photos keep their grades under noise of {NOISE}")
        photos.append(_photo(pixels, model_input(pixels, size), runners))
    return {
        "size": size,
        "tolerance_expected": {name: EXPECTED.get(kind(name), EXPECTED_ELSE) for name in runners},
        "tolerance_heat": heat,
        "tolerance_quality": QUALITY,
        "photos": photos,
        "resize": resize_vectors(),
    }


def kind(name: str) -> str:
    """The arithmetic of a file named by precision: int8 wherever activations are."""
    return "int8" if "int8" in name or "w8a8" in name else "fp32" if "fp32" in name else "half"


def _stable_input(small: NDArray[np.uint8], runners: dict[str, Runner], heat: dict[str, float]) -> bool:
    return all(is_stable(runner, small, heat[name]) for name, runner in runners.items())


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
