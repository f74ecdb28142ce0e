"""Write the chosen files of a bundle into a folder: one writer per kind of file, the int8 trunk made once."""

import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from torch import nn

from mobile_export import description, gates
from mobile_export.coreml_file import write_package
from mobile_export.executorch_file import lower
from mobile_export.formats import BY_NAME, COREML, EXECUTORCH, INT8, ONNX, SAFETENSORS, Format
from mobile_export.graph import PhoneGraph
from mobile_export.mixed_precision import held_out, quantize
from mobile_export.onnx_file import convert, int8_weights
from mobile_export.qat import QatPlan, runaway_photos, stable_photos
from training import checkpoint
from training.calibrate import predict
from training.checkpoint import Checkpoint
from training.photo_set import PhotoSet


@dataclass(frozen=True)
class Job:
    """A checkpoint on its way to files: where its weights lie, the photos it is fine-tuned on, and how."""

    loaded: Checkpoint
    folder: Path
    photos: PhotoSet
    source: str  # of the photos, in words
    plan: QatPlan
    version: str

    @property
    def size(self) -> int:
        """Side of the input in px."""
        return self.loaded.size

    @cached_property
    def meanings(self) -> dict[str, str]:
        """What each output means, for metadata."""
        return description.meanings(self.size, self.loaded.info["heatmap_scale"])

    @cached_property
    def int8(self) -> tuple[nn.Module, dict[str, Any]]:
        """The int8 trunk, fine-tuned once for all files that hold it, and how it came about."""
        return fine_tuned(self)

    @cached_property
    def onnx(self) -> Any:
        """The fp32 ONNX model, which the int8-weight one is made from."""
        return convert(self.graph(), self.size, self.version, self.meanings)

    def graph_of(self, row: Format) -> PhoneGraph:
        """What the row's file holds."""
        return self.graph(self.int8[0] if row.precision == INT8 else None)

    def graph(self, trunk: nn.Module | None = None) -> PhoneGraph:
        """Pixels to answers, with a float trunk or the given one."""
        return PhoneGraph(self.loaded.net, self.loaded.decoding, trunk)


def write_files(folder: Path, rows: Sequence[Format], job: Job) -> dict[str, Any]:
    """Every chosen file; returns how the int8 trunk came about, where one was needed."""
    for row in rows:
        step(f"writing {row.path}")
        WRITERS[row.format](row, job, folder / row.path)
    return job.int8[1] if any(row.precision == INT8 for row in rows) else {}


def baselines(rows: Sequence[Format]) -> list[Format]:
    """fp32 rows that were not chosen, but that chosen ones are timed against."""
    return [BY_NAME[name] for name in {row.timed_against for row in rows} - {row.name for row in rows} - {""}]


def fine_tuned(job: Job) -> tuple[nn.Module, dict[str, Any]]:
    """An int8 trunk, fine-tuned on photos that do not run away, and its record for the bundle."""
    logits, _ = predict(job.loaded.net, job.photos.images, job.size)
    stable, runaways = stable_photos(logits), runaway_photos(logits)
    share = len(runaways) / len(job.photos)
    over = f", more than {gates.MOST_RUNAWAYS:.1%}: train longer" if share > gates.MOST_RUNAWAYS else ""
    named = f": photos {', '.join(map(str, runaways))} of {job.source}" if len(runaways) else ""
    print(f"runaway photos: {len(runaways)} of {len(job.photos)}{over}{named}", file=sys.stderr)
    kept = job.photos.take(np.flatnonzero(stable))
    trunk, plan = quantize(job.loaded.net, kept, job.plan)
    return trunk, {
        "photos": len(kept),
        "judged_on": len(held_out(len(kept), plan.seed)[0]),
        "source": job.source,
        "steps": plan.steps,
        "int8_sigmoid": plan.int8_sigmoid,
        "float_blocks": list(plan.float_blocks),
        "runaway_share": round(share, 5),
        "runaways": runaways.tolist(),
    }


def write_executorch(row: Format, job: Job, path: Path) -> None:
    """int8, fp32 or fp16, as the row and its backend have it."""
    about = description.document(job.version, job.meanings)
    path.write_bytes(lower(job.graph_of(row), job.size, row.backend, about))


def write_coreml(row: Format, job: Job, path: Path) -> None:
    """fp16, with weights or weights and activations in int8 where the row says so."""
    write_package(job.graph_of(row), job.size, path, job.version, job.meanings, row.precision == "w8a16")


def write_onnx(row: Format, job: Job, path: Path) -> None:
    """fp32, or the same with int8 weights."""
    model = int8_weights(job.onnx) if row.precision == "w8a32" else job.onnx
    path.write_bytes(model.SerializeToString())


def write_weights(row: Format, job: Job, path: Path) -> None:
    """The checkpoint's own file."""
    shutil.copyfile(job.folder / checkpoint.WEIGHTS, path)


WRITERS: dict[str, Callable[[Format, Job, Path], None]] = {
    EXECUTORCH: write_executorch,
    COREML: write_coreml,
    ONNX: write_onnx,
    SAFETENSORS: write_weights,
}


def step(what: str) -> None:
    """Say on stderr what takes a while now."""
    print(f"{what} …", file=sys.stderr, flush=True)
