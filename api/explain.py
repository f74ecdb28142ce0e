"""What the worker computes for waiting photos: one forward pass for all, then an answer and layers for each.

Photos are decoded in processes of their own, graded at the model's own size by the phone's file, and explained by the
bundle's `server` weights, on the GPU when there is one. Imports torch: worker only.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from api import heat_layer
from api.explanations import Asked, Explanation, files_of
from api.grading import Grades
from api.mapping import Maps
from api.methods import BLIND, LEGEND
from training.checkpoint import load_weights
from training.safe_decoding import Decoders, Inputs

LAYER_SIDE = 128  # px: a map has 28x28 cells at most, and screens scale a layer up smoothly
BATCH = {"cuda": 32, "cpu": 8}  # photos taken at once


class Explainer:
    """Loads a bundle once and explains photos, several at a time; for one thread."""

    def __init__(self, folder: Path, bundle: dict[str, Any]) -> None:
        self.bundle, self.size = bundle, bundle["input"]["size"]
        self.keys = [attribute["key"] for attribute in bundle["attributes"]]
        self.signs = [attribute["sign"] for attribute in bundle["attributes"]]
        phone, server = files_of(bundle)
        self.file_sha256 = phone["sha256"]
        self.grades = Grades(_checked(folder, phone), self.keys)
        _checked(folder, server)
        scale = next(output["scale"] for output in bundle["outputs"] if output["name"] == "heatmaps")
        self.maps = Maps(load_weights(folder / server["path"]), scale, folder / bundle["golden"]["path"])
        self.decoders = Decoders()
        self.drawers = ThreadPoolExecutor()  # Pillow encodes without the interpreter's lock

    @property
    def device(self) -> str:
        """Where maps are computed."""
        return self.maps.closed.device.type

    @property
    def batch(self) -> int:
        """How many photos to take at once."""
        return BATCH[self.device]

    def close(self) -> None:
        """End the processes that decode and the threads that draw."""
        self.decoders.close()
        self.drawers.shutdown()

    def explain(self, asked: Sequence[Asked]) -> list[Explanation | ValueError]:
        """An answer for each photo; training's `PhotoError` or `PhotoTooSmall` for one that cannot be graded."""
        decoded, grades = [], []
        for one, given in zip(asked, self.decoders((a.photo, self.size, a.detail) for a in asked), strict=True):
            decoded.append(given)  # one is graded while the next are decoded
            grades.append({} if isinstance(given, ValueError) else self.grades.of(given.graded, one.attributes))
        heat = self._maps([one.method for one in asked], decoded)
        drawn = {n: self._begin_layers(asked[n].method, grades[n], each) for n, each in heat.items()}
        return [
            given if isinstance(given, ValueError) else self._answer(asked[n], given, grades[n], heat[n], drawn[n])
            for n, given in enumerate(decoded)
        ]

    def _maps(self, methods: list[str], decoded: Sequence[Inputs | ValueError]) -> dict[int, NDArray[np.float32]]:
        """Maps (5,h,w) by place in the batch; photos of one method and size share their forward passes."""
        together: dict[tuple[str, int], list[int]] = defaultdict(list)
        for number, given in enumerate(decoded):
            if isinstance(given, Inputs):
                together[methods[number], len(given.explained)].append(number)
        found: dict[int, NDArray[np.float32]] = {}
        for (method, _), numbers in together.items():
            images = [decoded[number].explained for number in numbers]  # type: ignore[union-attr]
            found |= dict(zip(numbers, self.maps.of(method, images), strict=True))
        return found

    def _begin_layers(self, method: str, wanted: Iterable[str], heat: NDArray[np.float32]) -> dict[str, Future[bytes]]:
        """The layers of the `wanted` attributes, being drawn beside those of the other photos."""
        blind, scale = method in BLIND, self.maps.scale(method)
        shown = self._visible(heat) if blind else heat
        places = {key: self.keys.index(key) for key in wanted}
        return {
            key: self.drawers.submit(heat_layer.render, shown[a], scale[a], LAYER_SIDE, blind)
            for key, a in places.items()
        }

    def _visible(self, heat: NDArray[np.float32]) -> NDArray[np.float32]:
        """Maps (5,h,w) that are positive where the sign is seen."""
        return heat * np.array(self.signs, np.float32)[:, None, None]

    def _answer(
        self,
        one: Asked,
        given: Inputs,
        each: dict[str, dict[str, Any]],
        heat: NDArray[np.float32],
        drawn: dict[str, Future[bytes]],
    ) -> Explanation:
        """The grades of `each` attribute completed by their places, and the layers."""
        scale, visible = self.maps.scale(one.method), self._visible(heat)
        for key, answer in each.items():
            a = self.keys.index(key)
            answer |= place(visible[a]) | {"opaque_at_milli": round(scale[a] * 1000)}
        layers = {key: layer.result() for key, layer in drawn.items()}
        layers[LEGEND] = heat_layer.legend(one.method in BLIND)
        return Explanation(self._described(one, given) | {"map_size": heat.shape[-1], "attributes": each}, layers)

    def _described(self, one: Asked, given: Inputs) -> dict[str, Any]:
        """What the answer says beside its attributes."""
        return {
            "model": {name: self.bundle[name] for name in ("name", "version", "sequence")},
            "file_sha256": self.file_sha256,
            "input_sha256": hashlib.sha256(given.graded.tobytes()).hexdigest(),
            "size": self.size,
            "method": one.method,
            "detail": {"asked": one.detail, "used": len(given.explained) // self.size},
            "legend": heat_layer.colours(one.method in BLIND),
        }


def _checked(folder: Path, part: dict[str, Any]) -> bytes:
    data = (folder / part["path"]).read_bytes()
    if hashlib.sha256(data).hexdigest() != part["sha256"]:
        raise ValueError(f"{folder / part['path']} is not the file that bundle.json names: copy the bundle again")
    return data


def place(visible: NDArray) -> dict[str, Any]:
    """Share and centre (x, y) of the area that shows the sign, in ten-thousandths of the square."""
    weight = np.maximum(visible, 0)
    if not weight.any():
        return {"area_share_e4": 0, "centre": None}
    middle = (np.arange(visible.shape[0]) + 0.5) / visible.shape[0]
    x, y = (weight.sum(axis) @ middle / weight.sum() for axis in (0, 1))
    return {"area_share_e4": round(float((visible > 0).mean()) * 10000), "centre": [round(x * 10000), round(y * 10000)]}
