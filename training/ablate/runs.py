"""Train a row's networks, each in a folder of its own, and grade the common test photos with them."""

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training import checkpoint, distributed, train
from training.ablate.scales import TEST_SEED, Scale
from training.ablate.tables import Row
from training.attributes import KEYS
from training.batches import TURNS
from training.calibrate import predict
from training.material import as_seen
from training.metrics import report
from training.photo_set import PhotoSet, load_or_render, renderer_digest
from training.run_folder import RunFolder
from training.saving import replacing


class RowFailed(RuntimeError):
    """A row could not be trained, or what is found of it is of another run."""


def one_run(row: Row, scale: Scale, seed: int, folder: Path) -> dict[str, Any]:
    """The figures of one row and seed, from its record or fresh.

    Raises `RowFailed` for what is of another run, and `RunError` where there is no room to keep them.
    """
    record, made = record_of(row, seed, folder), made_of(row, scale)
    if record.exists():
        figures = json.loads(record.read_text("utf-8"))
        _insist_on_same(record.parent, figures.get("made_of", made), made)
        return figures
    trained = folder / _slug(row.same_runs_as or row.name) / str(seed)
    claim(trained, made_of(replace(row, decoding=""), scale))
    print(f"{row.name}, seed {seed}", file=sys.stderr)
    folders, seconds = train_row(row, scale, seed, trained)
    photos = load_or_render(scale.test_photos, scale.side, TEST_SEED)
    figures = grade_row(row, folders, photos, scale.base)
    figures |= {"seconds": round(seconds), "device": distributed.device_name(), "made_of": made}
    _keep(record, figures)
    return figures


def record_of(row: Row, seed: int, folder: Path) -> Path:
    """Where the figures of a row and seed are kept."""
    return folder / _slug(row.name) / str(seed) / "figures.json"


def made_of(row: Row, scale: Scale) -> list[str]:
    """What the figures of a row depend on, beside its seed."""
    return [*scale.flags(len(KEYS) if row.alone else 1), *row.flags, row.decoding, f"renderer {renderer_digest()}"]


def claim(folder: Path, made: list[str]) -> None:
    """Note of what the networks in `folder` are made. Raises `RowFailed` where that is noted already, and is other.

    Networks without a note, as another version left them, are not judged.
    """
    note = folder / "made_of.json"
    if note.exists():
        _insist_on_same(folder, json.loads(note.read_text("utf-8")), made)
    else:
        _keep(note, made)


def _insist_on_same(folder: Path, found: list[str], made: list[str]) -> None:
    if found != made:
        raise RowFailed(f"{folder} is of other settings or another renderer: move it away")


def _keep(path: Path, what: dict[str, Any] | list[str]) -> None:
    with replacing(path, "the networks that were trained stay") as unfinished:
        unfinished.write_text(json.dumps(what), "utf-8")


def _slug(name: str) -> str:
    return "".join(c if c.isalnum() else "-" for c in name)


def train_row(row: Row, scale: Scale, seed: int, folder: Path) -> tuple[list[Path], float]:
    """The checkpoints of a row, trained where missing, and the seconds that training took, by their logs."""
    keys = KEYS if row.alone else ("",)
    folders = []
    for key in keys:
        out = folder / (key or "all")
        flags = [*scale.flags(len(keys)), *row.flags, *([f"--only={key}"] if key else []), f"--seed={seed}"]
        if not (out / checkpoint.RECORD).exists() and train.main([f"--out={out}", *flags]):
            raise RowFailed(f"row '{row.name}' could not be trained; its message is above")
        folders.append(out)
    return folders, sum(float(RunFolder(out).rows()[-1]["seconds"]) for out in folders)


def grade_row(row: Row, folders: list[Path], photos: PhotoSet, base: int) -> dict:
    """Figures of a row on the test photos: each attribute from its own network where there are five."""
    columns = []
    for a in range(len(KEYS)):
        loaded = checkpoint.load(folders[a if row.alone else 0])
        if a == 0 or row.alone:
            logits, _ = predict(loaded.net.to(distributed.device()), test_images(row, photos, base), loaded.size)
        decoded = (
            loaded.decoding.utilities(logits) if row.decoding == "balanced" else loaded.decoding.probabilities(logits)
        )
        columns.append(decoded[:, a].argmax(-1))
    return report(photos.clean, np.stack(columns, 1))


def test_images(row: Row, photos: PhotoSet, base: int) -> NDArray[np.uint8]:
    """The test photos as this row's networks are shown them."""
    named = [flag.partition("=")[2] for flag in row.flags if flag.startswith("--augmentation=")]
    return as_seen(photos, named[0] if named else TURNS, base).images
