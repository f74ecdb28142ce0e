"""Train a row's networks, each in a folder of its own, and grade the common test photos with them."""

import json
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training import checkpoint, distributed, train
from training.ablate.tables import Row
from training.attributes import KEYS
from training.batches import TURNS
from training.calibrate import predict
from training.material import as_seen
from training.metrics import report
from training.photo_set import PhotoSet, load_or_render, renderer_digest
from training.run_folder import RunFolder

TEST_SEED = 60_601


@dataclass(frozen=True)
class Scale:
    """Rendered photos and their side in px, the side trained at, and the images that a row sees."""

    photos: int
    side: int
    base: int
    images: int
    batch: int = 32
    test_photos: int = 1000

    def flags(self, networks: int) -> tuple[str, ...]:
        """What all rows have in common; the networks of a row divide its images."""
        images = self.images // networks
        warm_up = min(200, images // self.batch // 5)
        photos = f"--synthetic={self.photos} --size={self.side} --no-balanced"
        steps = f"--stages={self.base}:{images} --warm-up={warm_up} --batch={self.batch} --every=100"
        return (*photos.split(), *steps.split())

    def render(self, seed: int) -> None:
        """Leave the photos that a run of this seed learns and is graded on in the cache, using every core."""
        load_or_render(self.photos, self.side, seed, balanced=False)
        load_or_render(self.test_photos, self.side, TEST_SEED)


SCALES = {
    "tiny": Scale(photos=6000, side=192, base=96, images=16_000),
    "full": Scale(photos=12_000, side=448, base=224, images=200_000),
    "dry": Scale(photos=40, side=192, base=96, images=4, batch=4, test_photos=10),
}


FIVEFOLD = ("heads", "recipe")  # tables in which five networks share a row's images


def scale_of(table: str, name: str) -> Scale:
    """The scale of a table."""
    scale = SCALES[name]
    return replace(scale, images=5 * scale.images) if table in FIVEFOLD else scale


class RowFailed(RuntimeError):
    """A row's training ended with an error, which it has printed."""


def one_run(row: Row, scale: Scale, seed: int, folder: Path) -> dict[str, Any]:
    """The figures of one row and seed, from its record or fresh. Raises `RowFailed` for a record of another run."""
    record, made = record_of(row, seed, folder), made_of(row, scale)
    if record.exists():
        figures = json.loads(record.read_text("utf-8"))
        if figures.get("made_of", made) != made:
            raise RowFailed(f"{record} is of other settings or another renderer: move {record.parent} away")
        return figures
    trained = folder / _slug(row.same_runs_as or row.name) / str(seed)
    print(f"{row.name}, seed {seed}", file=sys.stderr)
    folders, seconds = train_row(row, scale, seed, trained)
    photos = load_or_render(scale.test_photos, scale.side, TEST_SEED)
    figures = grade_row(row, folders, photos, scale.base)
    figures |= {"seconds": round(seconds), "device": distributed.device_name(), "made_of": made}
    record.parent.mkdir(parents=True, exist_ok=True)
    record.write_text(json.dumps(figures), "utf-8")
    return figures


def record_of(row: Row, seed: int, folder: Path) -> Path:
    """Where the figures of a row and seed are kept."""
    return folder / _slug(row.name) / str(seed) / "figures.json"


def made_of(row: Row, scale: Scale) -> list[str]:
    """What the figures of a row depend on, beside its seed."""
    return [*scale.flags(len(KEYS) if row.alone else 1), *row.flags, row.decoding, f"renderer {renderer_digest()}"]


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
