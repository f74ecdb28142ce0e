"""What the folder of a run says about itself: its grader, its record, its log and its settings."""

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from training import checkpoint, config
from training.attributes import ATTRIBUTES, PARTS, Attribute
from training.graders import CheckpointGrader
from training.run_folder import LOG, RunFolder
from training.synthetic_folder import SYNTHETIC


class NoCurves(ValueError):
    """There is no log to draw; the text says why."""


@dataclass(frozen=True)
class Point:
    """One validation: images seen so far, the stage, the mean loss since the one before, and the score."""

    images: int
    stage: str
    loss: float
    score: float


@dataclass(frozen=True)
class Run:
    """A trained grader, the JSON record of its checkpoint, and its settings, empty where there are none."""

    folder: Path
    grader: CheckpointGrader
    info: dict[str, Any]
    settings: dict[str, Any]

    @property
    def training(self) -> dict[str, Any]:
        """What the checkpoint tells of its training."""
        return self.info.get("training", {})

    @property
    def learned_from(self) -> str:
        """The source of the photos it learned from."""
        return str(self.training.get("data", "photos that its checkpoint does not name"))

    @property
    def synthetic(self) -> bool:
        """Whether it learned from synthetic skin, or does not say from what: then it is not validated on people."""
        return "data" not in self.training or self.learned_from.startswith(SYNTHETIC)

    def drew(self, seed: int) -> bool:
        """Whether training itself rendered its photos, from this seed."""
        return self.learned_from.startswith(f"{SYNTHETIC},") and self.training.get("seed") == seed

    @property
    def started_from(self) -> str:
        """Where its first weights came from, in words."""
        start = self.training.get("started_from", "not recorded")
        if isinstance(start, dict):
            return f"a checkpoint that learned from {start.get('data', 'unknown photos')}"
        return {"none": "random weights", "random": "random weights", "hub": "weights of timm's hub"}.get(start, start)

    @property
    def unseen_parts(self) -> dict[str, list[int]]:
        """Per attribute the face parts on which it never saw a label; empty where the checkpoint does not say."""
        every, seen = set(range(len(PARTS))), self.info.get("graded_parts", {})
        return {key: sorted(every - set(parts)) for key, parts in seen.items() if every - set(parts)}

    @property
    def parts_not_told(self) -> tuple[Attribute, ...]:
        """The attributes whose labels did not say their part of the face, so that all parts count as seen."""
        return tuple(one for one in ATTRIBUTES if one.key in self.info.get("parts_not_told", ()))


def read_run(folder: Path) -> Run:
    """Read a run. Raises `CheckpointError` when the folder holds no checkpoint."""
    loaded = checkpoint.load(folder)
    grader = CheckpointGrader(f"checkpoint {folder}", loaded.size, loaded.decoding, loaded.net)
    return Run(folder, grader, loaded.info, config.read(folder))


def read_log(folder: Path) -> list[Point]:
    """The validations of a run. Raises `NoCurves` with a sentence when there are none to draw."""
    path = folder / LOG
    if not path.exists():
        raise NoCurves(f"No learning curves: there is no {LOG} in {folder}.")
    try:
        rows = RunFolder(folder).rows()
        points = [Point(int(r["images"]), r["stage"], float(r["loss"]), float(r["score"])) for r in rows]
    except (KeyError, TypeError, ValueError, OSError, csv.Error):
        raise NoCurves(
            f"No learning curves: {path} is damaged, or another version wrote it; it needs images, stage, loss, score."
        ) from None
    if not points:
        raise NoCurves(f"No learning curves: {path} holds no validation yet.")
    return points
