"""Synthetic skin on disk: JPEG beside JSON, as a labelling team would deliver it, with the truth kept beside.

`rated` grades are the labels; the clean ones stand under `clean`. In the seed's layout files are named as its own
were, a part carries its own attributes only (-2: never graded there) and pairs of parts follow one another. A folder is
marked as rendered, so that nobody takes what it teaches or proves for people's skin.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from training.attributes import KEYS
from training.folders import read_folder
from training.labels import NOT_LABELLED
from training.metrics import ceiling, text
from training.phantom.photo import Phantom
from training.photo_set import draw, on_every_core

SYNTHETIC = "synthetic skin"  # how the source of rendered photos begins, wherever it is recorded
MARK = "SYNTHETIC.txt"
MARKED = "Synthetic skin, rendered with seed {}: no photos of people. Keep this file beside them; reports read it.\n"
NEVER_GRADED = -2
# What the seed's raters graded on each part: cheek, forehead, centre, chin and lips.
GRADED_ON = (
    {"oil", "sensitivity", "pigmentation"},
    {"oil", "sensitivity", "wrinkle"},
    {"oil", "sensitivity", "pigmentation", "wrinkle"},
    {"hydration", "sensitivity", "wrinkle"},
)
PARTS_IN_ORDER = (1, 1, 0, 0, 3, 3, 2, 2, 0, 0)  # one sitting of the seed


@dataclass(frozen=True)
class FolderPlan:
    """Where a set goes and in which form."""

    folder: Path
    seed: int
    side: int
    seed_layout: bool = False
    masks: bool = False

    def name(self, index: int) -> str:
        """File name without its end."""
        return f"{index:05d}NBC" if self.seed_layout else f"{index:05d}"


def write_folder(plan: FolderPlan, grades: NDArray[np.int64]) -> list[dict[str, object]]:
    """Render photos with these clean grades (N,5) on every core; returns their label files' contents."""
    (plan.folder / "masks" if plan.masks else plan.folder).mkdir(parents=True, exist_ok=True)
    (plan.folder / MARK).write_text(MARKED.format(plan.seed), "utf-8")
    return on_every_core(partial(_write_one, plan), list(enumerate(grades.tolist())), "rendering skin")


def source_of(root: Path) -> str:
    """A labelled folder, or a CSV that names photos, as their source; says so where any of them were rendered."""
    if root.is_dir():
        rendered = any(root.rglob(MARK))
    else:
        rendered = any((folder / MARK).exists() for folder in {photo.path.parent for photo in read_folder(root).photos})
    return f"{SYNTHETIC} in {root}" if rendered else str(root)


def _write_one(plan: FolderPlan, task: tuple[int, Sequence[int]]) -> dict[str, object]:
    index, grades = task
    phantom, stored = draw(plan.seed, index, grades, plan.side)
    name = plan.name(index)
    labels = seed_labels(phantom, index, f"{name}.jpg") if plan.seed_layout else labels_of(phantom)
    (plan.folder / f"{name}.jpg").write_bytes(stored)
    (plan.folder / f"{name}.json").write_text(json.dumps(labels), "utf-8")
    for key in KEYS if plan.masks else ():
        values = np.rint(255 * np.clip(phantom.maps[key], 0, 1)).astype(np.uint8)
        Image.fromarray(values).save(plan.folder / "masks" / f"{name}.{key}.png")
    return labels


def labels_of(phantom: Phantom) -> dict[str, object]:
    """The label file of a synthetic photo."""
    return {**phantom.rated, "part": phantom.part, "clean": phantom.clean}


def seed_labels(phantom: Phantom, index: int, file_name: str) -> dict[str, object]:
    """The label file in the seed's form."""
    part = PARTS_IN_ORDER[index % len(PARTS_IN_ORDER)]
    grades = {key: phantom.rated[key] if key in GRADED_ON[part] else NEVER_GRADED for key in KEYS}
    grades["sensitive"] = grades.pop("sensitivity")  # its older name
    return {**grades, "part": part, "file_name": file_name, "clean": phantom.clean}


def ceiling_text(labels: Sequence[dict]) -> str:
    """One line: the best P-Recall that any grader can reach against labels with rater noise."""
    older = {"sensitivity": "sensitive"}
    rated = np.array([[row.get(key, row.get(older.get(key, key))) for key in KEYS] for row in labels], np.int64)
    clean = np.array([[row["clean"][key] for key in KEYS] for row in labels], np.int64)
    known = np.where(rated < 0, rated, clean)
    best = ceiling(np.maximum(rated, NOT_LABELLED), np.maximum(known, NOT_LABELLED))
    reached = best["mean_p_recall_present"] if best else 1.0
    return f"a perfect grader reaches a mean P-Recall (grades present) of {text(reached)} against these labels"
