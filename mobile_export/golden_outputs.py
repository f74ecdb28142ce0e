"""What golden.json records of one file's outputs, and how two such records are compared."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def expected_outputs(outputs: dict[str, NDArray]) -> dict[str, Any]:
    """What golden.json records of one file's outputs."""
    return {
        "grades": outputs["probabilities"].argmax(-1).tolist(),
        "balanced": outputs["utilities"].argmax(-1).tolist(),
        "expected": [round(float(e), 6) for e in outputs["expected"]],
        "quality": [float(f"{q:.6g}") for q in outputs["quality"]],
        "heat": [centre(one) for one in outputs["heatmaps"]],
    }


def centre(heat: NDArray[np.float32]) -> list[float] | None:
    """Row and column of the centre of a map's positive part, 0..1 over the square; None where nothing is positive."""
    positive = np.maximum(heat.astype(np.float64), 0)
    if not positive.any():
        return None
    places = [(np.arange(side) + 0.5) / side for side in heat.shape]
    row, column = positive.sum(1) @ places[0], positive.sum(0) @ places[1]
    return [round(float(one / positive.sum()), 4) for one in (row, column)]


def heat_moved(first: list[Any], second: list[Any]) -> float:
    """How far a centre of heat moved at most, as a share of the side; infinite where one appeared or vanished."""
    if any((one is None) != (other is None) for one, other in zip(first, second, strict=True)):
        return float("inf")
    moves = [np.abs(np.subtract(a, b)).max() for a, b in zip(first, second, strict=True) if a is not None]
    return float(max(moves, default=0.0))
