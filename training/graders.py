"""Two ways to grade a photo set: with a checkpoint's network, or with the int8 file of a bundle as a phone runs it."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from training import checkpoint
from training.calibrate import predict
from training.decoding import Decoding, expected_grade
from training.model import SkinNet
from training.runtime import Answers, PteRunner, answers_of


class Grader(Protocol):
    """Something that grades `size` px photos and knows how its answers were decoded."""

    @property
    def name(self) -> str: ...
    @property
    def size(self) -> int: ...
    @property
    def decoding(self) -> Decoding: ...

    def grade(self, images: NDArray[np.uint8]) -> Answers:
        """Answers for photos (N,S,S,3)."""


@dataclass(frozen=True)
class CheckpointGrader:
    """Grades with the fp32 network."""

    name: str
    size: int
    decoding: Decoding
    net: SkinNet

    @classmethod
    def open(cls, folder: Path) -> "CheckpointGrader":
        """Raises `checkpoint.CheckpointError`."""
        loaded = checkpoint.load(folder)
        return cls(f"checkpoint {folder}", loaded.size, loaded.decoding, loaded.net)

    def grade(self, images: NDArray[np.uint8]) -> Answers:
        logits, maps = predict(self.net, images, self.size)
        probabilities = self.decoding.probabilities(logits)
        return Answers(probabilities, self.decoding.utilities(logits), expected_grade(probabilities), maps)


@dataclass(frozen=True)
class BundleGrader:
    """Grades with a bundle's ExecuTorch file, one photo at a time."""

    name: str
    size: int
    decoding: Decoding
    file: Path

    @classmethod
    def open(cls, folder: Path) -> "BundleGrader":
        """Raises `checkpoint.CheckpointError` when the folder is no bundle with an ExecuTorch file."""
        try:
            bundle = json.loads((folder / "bundle.json").read_text("utf-8"))
            entry = next(f for f in bundle["files"] if (f["format"], f["backend"]) == ("executorch", "xnnpack"))
            file = folder / entry["parts"][0]["path"]
            file.stat()
        except (OSError, json.JSONDecodeError, KeyError, StopIteration):
            raise checkpoint.CheckpointError(f"{folder} is no bundle with an ExecuTorch XNNPACK file") from None
        decoding = Decoding.from_record(bundle["decoding"])
        return cls(f"bundle {folder} ({entry['precision']} .pte)", bundle["input"]["size"], decoding, file)

    def grade(self, images: NDArray[np.uint8]) -> Answers:
        return answers_of(PteRunner(self.file), images, "grading on the runtime")
