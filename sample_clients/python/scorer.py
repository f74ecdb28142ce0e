"""Grade a photo offline with the bundle's `.pte`, and say how sure."""

import hashlib
import logging
import threading
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .bundle import Bundle
from .photo import decode
from .resize import model_input

OUTPUTS = ("probabilities", "utilities", "expected", "heatmaps", "quality")


class RuntimeMissing(RuntimeError):
    """The ExecuTorch runtime is not installed."""


@dataclass(frozen=True)
class Graded:
    """One attribute's answer: most likely and balanced grade, plausible range, expected grade, map."""

    key: str
    grade: int
    balanced: int
    low: int
    high: int
    expected: float
    probabilities: NDArray[np.float32]
    heat: NDArray[np.float32]
    believed: bool  # whether the model was ever taught this attribute on this face part


@dataclass(frozen=True)
class Grading:
    """A graded photo. `pixels` are the model's input bytes (S,S,3)."""

    attributes: list[Graded]
    pixels: NDArray[np.uint8]
    quality: tuple[float, float, float]
    advice: list[str]
    part: int

    @property
    def input_sha256(self) -> str:
        """Hash of the model's input bytes, comparable between all clients and the server."""
        return hashlib.sha256(self.pixels.tobytes()).hexdigest()


class Scorer:
    """Loads the model on first use and runs one photo at a time."""

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle
        self._lock = threading.Lock()  # one call at a time: the runtime is not thread-safe
        self._method: Any = None
        self._program: Any = None

    def score(self, photo: Path, part: int) -> Grading:
        """Grade a photo file. Raises `PhotoError`, `RuntimeMissing`."""
        pixels = model_input(decode(photo), self.bundle.data["input"]["size"])
        outputs = self._run(pixels)
        gate = self.bundle.data["quality_gate"]
        luma, clipped, sharpness = (float(q) for q in outputs["quality"])
        attributes = [self._graded(a, outputs, part) for a in range(len(self.bundle.data["attributes"]))]
        return Grading(attributes, pixels, (luma, clipped, sharpness), advice(gate, luma, clipped, sharpness), part)

    def _run(self, pixels: NDArray[np.uint8]) -> dict[str, NDArray[np.float32]]:
        # torch logs a deprecation of its own while executorch is imported; it means nothing to a person with a photo.
        logging.getLogger("torch.utils._pytree").setLevel(logging.ERROR)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # executorch's own deprecations, at import
                import torch
                from executorch.runtime import Runtime
        except ImportError:
            hint = "pip install executorch==1.4.1 (its wheel needs torch, which pip brings along)"
            raise RuntimeMissing(f"the ExecuTorch runtime is missing: {hint}") from None
        with self._lock:
            if self._method is None:
                self._program = Runtime.get().load_program(self.bundle.model_path.read_bytes())
                self._method = self._program.load_method("forward")
            image = torch.from_numpy(pixels).permute(2, 0, 1)[None].float().contiguous()
            return {n: v.numpy()[0].copy() for n, v in zip(OUTPUTS, self._method.execute([image]), strict=True)}

    def _graded(self, a: int, outputs: dict[str, NDArray[np.float32]], part: int) -> Graded:
        key = self.bundle.data["attributes"][a]["key"]
        p = outputs["probabilities"][a]
        low, high = plausible(p, self.bundle.data["decoding"]["conformal_q"][a])
        balanced, expected = int(outputs["utilities"][a].argmax()), float(outputs["expected"][a])
        believed = part in self.bundle.data["graded_parts"][key]
        return Graded(key, int(p.argmax()), balanced, low, high, expected, p, outputs["heatmaps"][a], believed)


def plausible(probabilities: NDArray[np.float32], q: float) -> tuple[int, int]:
    """Lowest and highest grade whose ranked probability score is at most q; holds the most likely grade."""
    cdf = np.cumsum(probabilities, dtype=np.float64)[:-1]
    scores = [float(((cdf - (y <= np.arange(len(cdf)))) ** 2).sum()) for y in range(len(probabilities))]
    inside = [y for y, score in enumerate(scores) if score <= q] + [int(probabilities.argmax())]
    return min(inside), max(inside)


def advice(gate: dict[str, Any], luma: float, clipped: float, sharpness: float) -> list[str]:
    """What to do better in the next photo; empty when the photo is fine."""
    asked = []
    if luma < gate["luma"][0]:
        asked.append("too dark: face a window or a lamp")
    if luma > gate["luma"][1]:
        asked.append("too bright: step out of the direct light")
    if clipped > gate["clipped"]:
        asked.append("parts are pure white or black: use softer light")
    if sharpness < gate["sharpness"]:
        asked.append("blurred: hold still and tap to focus")
    return asked
