"""Grades by the phone's own file, so that server and phone agree on them. Needs ExecuTorch: worker only."""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from training.runtime import PteRunner


class Grades:
    """The bundle's ExecuTorch file, loaded once; `keys` are its attributes in order."""

    def __init__(self, file: bytes, keys: list[str]) -> None:
        self.phone, self.keys = PteRunner(file), keys

    def of(self, pixels: NDArray[np.uint8], attributes: list[str]) -> dict[str, dict[str, Any]]:
        """The answers that a record holds, for input bytes (S,S,3)."""
        image = torch.from_numpy(pixels.copy()).permute(2, 0, 1)[None].float().contiguous()
        graded = self.phone(image)
        rows = {key: self.keys.index(key) for key in attributes}
        return {key: _answer({name: graded[name][a] for name in PARTS}) for key, a in rows.items()}


PARTS = ("probabilities", "utilities", "expected")


def _answer(graded: dict[str, NDArray]) -> dict[str, Any]:
    return {
        "grade": int(graded["probabilities"].argmax()),
        "balanced": int(graded["utilities"].argmax()),
        "expected_milli": round(float(graded["expected"]) * 1000),
        "probabilities_e4": in_ten_thousandths(graded["probabilities"]),
    }


def in_ten_thousandths(probabilities: NDArray) -> list[int]:
    """Whole numbers that sum to 10,000, by largest remainders."""
    exact = np.asarray(probabilities, np.float64) / float(probabilities.sum()) * 10000
    whole = np.floor(exact).astype(int)
    order = np.argsort(whole - exact, kind="stable")
    whole[order[: 10000 - whole.sum()]] += 1
    return [int(n) for n in whole]
