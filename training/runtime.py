"""Run an exported `.pte` on the ExecuTorch runtime, as a phone does, and collect decoded answers."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from torch import Tensor
from tqdm import tqdm

from training.batches import to_tensor

OUTPUTS = ("probabilities", "utilities", "expected", "heatmaps", "quality")
Runner = Callable[[Tensor], dict[str, NDArray[np.float32]]]


@dataclass(frozen=True)
class Answers:
    """Decoded answers for N photos: probabilities and utilities (N,5,5), expected (N,5), severity maps (N,5,h,w)."""

    probabilities: NDArray[np.float64]
    utilities: NDArray[np.float64]
    expected: NDArray[np.float64]
    maps: NDArray[np.float64]

    @property
    def most_likely(self) -> NDArray[np.int64]:
        """Grades (N,5) with the highest probability."""
        return self.probabilities.argmax(-1)

    @property
    def balanced(self) -> NDArray[np.int64]:
        """Grades (N,5) with the highest expected P-Recall reward."""
        return self.utilities.argmax(-1)


class PteRunner:
    """A callable `.pte`: one (1,3,S,S) float32 image of 0..255 -> outputs by name, without the batch axis."""

    def __init__(self, file: Path | bytes) -> None:
        from executorch.runtime import Runtime

        data = file if isinstance(file, bytes) else file.read_bytes()
        self.program = Runtime.get().load_program(data)  # kept: the method lives in it
        self.method = self.program.load_method("forward")

    def __call__(self, image: Tensor) -> dict[str, NDArray[np.float32]]:
        outputs = self.method.execute([image.contiguous()])
        return {name: value.numpy()[0].copy() for name, value in zip(OUTPUTS, outputs, strict=True)}


def answers_of(runner: Runner, images: NDArray, what: str) -> Answers:
    """Answers of an exported file for photos (N,S,S,3), one by one, with a progress bar named `what`."""
    rows = [runner(to_tensor(image[None])) for image in tqdm(images, desc=what, unit="photo")]
    return Answers(*(np.stack([row[name] for row in rows]).astype(np.float64) for name in OUTPUTS[:4]))


def agreement(first: Answers, second: Answers) -> dict[str, float]:
    """How far two graders answer alike on the same photos, as shares of all answers."""
    distance = np.abs(first.most_likely - second.most_likely)
    balanced = np.abs(first.balanced - second.balanced)
    return {
        "grades_equal": float((distance == 0).mean()),
        "grades_within_one": float((distance <= 1).mean()),
        "balanced_equal": float((balanced == 0).mean()),
        "balanced_within_one": float((balanced <= 1).mean()),
        "expected_mae": float(np.abs(first.expected - second.expected).mean()),
        "probability_p99": float(np.quantile(np.abs(first.probabilities - second.probabilities).max((1, 2)), 0.99)),
        "map_correlation": float(np.mean(map_correlations(first.maps, second.maps))),
    }


def map_correlations(first: NDArray, second: NDArray) -> NDArray[np.float64]:
    """Spearman's rank correlation of the maps of each photo and attribute, flattened."""
    ranks = [
        maps.reshape(-1, maps.shape[-2] * maps.shape[-1]).argsort(1).argsort(1).astype(float)
        for maps in (first, second)
    ]
    a, b = (rank - rank.mean(1, keepdims=True) for rank in ranks)
    return (a * b).sum(1) / np.sqrt((a**2).sum(1) * (b**2).sum(1))
