"""What the worker computes for one photo: grades by the phone's own file, maps by the fp32 weights.

The grades come from the bundle's ExecuTorch file, so server and phone agree on them; the maps are closed-form
Grad-CAM of the severity logit (see `training.model`), on the GPU when there is one. Imports torch: worker only.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from api import heat_layer
from training.checkpoint import load_weights
from training.model import severity_maps
from training.photo import read_photo
from training.preprocess import model_input
from training.runtime import PteRunner

LAYER_SIDE = 512  # px


@dataclass(frozen=True)
class Explanation:
    """The JSON part of an answer, and the PNG layer of each attribute."""

    result: dict[str, Any]
    layers: dict[str, bytes]


class Explainer:
    """Loads a bundle once and explains photos, one at a time."""

    def __init__(self, folder: Path, bundle: dict[str, Any]) -> None:
        self.bundle, self.size = bundle, bundle["input"]["size"]
        self.keys = [attribute["key"] for attribute in bundle["attributes"]]
        self.scale = next(output["scale"] for output in bundle["outputs"] if output["name"] == "heatmaps")
        phone, server = (_part(bundle, *wanted) for wanted in (("executorch", "phone"), ("safetensors", "server")))
        self.file_sha256 = phone["sha256"]
        self.phone = PteRunner(_checked(folder, phone))
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        _checked(folder, server)
        self.net = load_weights(folder / server["path"]).to(self.device)

    def explain(self, photo: bytes, attributes: list[str]) -> Explanation:
        """Raises training's `PhotoError` or `PhotoTooSmall` for a photo that cannot be graded."""
        pixels = model_input(read_photo(photo), self.size)
        image = torch.from_numpy(pixels).permute(2, 0, 1)[None].float().contiguous()
        graded = self.phone(image)
        heat = self._maps(image)
        each, layers = {}, {}
        for key in attributes:
            a = self.keys.index(key)
            answer = _answer(*(graded[name][a] for name in ("probabilities", "utilities", "expected")))
            each[key] = answer | _place(heat[a] * self.bundle["attributes"][a]["sign"])
            layers[key] = heat_layer.render(heat[a], self.scale[a], LAYER_SIDE)
        result = {
            "model": {name: self.bundle[name] for name in ("name", "version", "sequence")},
            "file_sha256": self.file_sha256,
            "input_sha256": hashlib.sha256(pixels.tobytes()).hexdigest(),
            "size": self.size,
            "map_size": heat.shape[-1],
            "attributes": each,
        }
        return Explanation(result, layers)

    @torch.inference_mode()
    def _maps(self, image: torch.Tensor) -> NDArray[np.float32]:
        block = image.to(self.device)
        return severity_maps(self.net.evidence(block))[0].float().cpu().numpy()


def _part(bundle: dict[str, Any], form: str, role: str) -> dict[str, Any]:
    file = next(f for f in bundle["files"] if (f["format"], f["role"]) == (form, role))
    return file["parts"][0]


def _checked(folder: Path, part: dict[str, Any]) -> bytes:
    data = (folder / part["path"]).read_bytes()
    if hashlib.sha256(data).hexdigest() != part["sha256"]:
        raise ValueError(f"{folder / part['path']} is not the file that bundle.json names: copy the bundle again")
    return data


def _answer(probabilities: NDArray, utilities: NDArray, expected: NDArray) -> dict[str, Any]:
    return {
        "grade": int(probabilities.argmax()),
        "balanced": int(utilities.argmax()),
        "expected_milli": round(float(expected) * 1000),
        "probabilities_e4": in_ten_thousandths(probabilities),
    }


def in_ten_thousandths(probabilities: NDArray) -> list[int]:
    """Whole numbers that sum to 10,000, by largest remainders."""
    exact = np.asarray(probabilities, np.float64) / float(probabilities.sum()) * 10000
    whole = np.floor(exact).astype(int)
    order = np.argsort(whole - exact, kind="stable")
    whole[order[: 10000 - whole.sum()]] += 1
    return [int(n) for n in whole]


def _place(visible: NDArray) -> dict[str, Any]:
    """Share and centre (x, y) of the area that shows the sign, in ten-thousandths of the square."""
    weight = np.maximum(visible, 0)
    if not weight.any():
        return {"area_share_e4": 0, "centre": None}
    middle = (np.arange(visible.shape[0]) + 0.5) / visible.shape[0]
    x, y = (weight.sum(axis) @ middle / weight.sum() for axis in (0, 1))
    return {"area_share_e4": round(float((visible > 0).mean()) * 10000), "centre": [round(x * 10000), round(y * 10000)]}
