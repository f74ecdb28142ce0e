"""Export a checkpoint as a signed bundle.

    python -m mobile_export --checkpoint training/reference --out mobile_export/reference
    python -m mobile_export --checkpoint runs/mine --out bundle --calibration my_photos --key ops.pem --sequence 7

Fine-tunes to int8, lowers, converts, compares every file with the checkpoint on photos that were not used for
fine-tuning, and fails when one disagrees. Nothing is left half written: the folder appears when all of it is right.
"""

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from mobile_export.bundle import write_bundle
from mobile_export.coreml_file import write_package
from mobile_export.executorch_file import ExportError, lower
from mobile_export.formats import COREML_W8, FORMATS, PTE_INT8, SERVER
from mobile_export.gates import require
from mobile_export.golden import NOISE, golden_document
from mobile_export.graph import PhoneGraph, output_records
from mobile_export.mil_eval import MilProgram
from mobile_export.qat import QatPlan, quantize_trunk, stable_photos
from mobile_export.signing import DEVELOPMENT_KEY
from training import checkpoint
from training.backbones import DEFAULT
from training.batches import to_tensor
from training.calibrate import predict
from training.checkpoint import Checkpoint, CheckpointError
from training.datasets import DataError, photo_set
from training.graders import CheckpointGrader
from training.photo_set import PhotoSet, render_set
from training.runtime import PteRunner, Runner, agreement, answers_of

CHECK_SEED = 31_337


def parser() -> argparse.ArgumentParser:
    """The command line."""
    p = argparse.ArgumentParser(
        "python -m mobile_export", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    p.add_argument("--checkpoint", type=Path, required=True)
    p.add_argument("--out", type=Path, required=True, help="bundle folder; replaced when the export succeeds")
    photos = p.add_mutually_exclusive_group()
    photos.add_argument("--calibration", type=Path, help="labelled photos to fine-tune on")
    photos.add_argument("--synthetic", type=int, default=3000, help="photos to render for fine-tuning (default 3000)")
    p.add_argument("--check-photos", type=int, default=500, help="fresh photos to compare on (default 500)")
    p.add_argument("--qat-steps", type=int, default=QatPlan.steps)
    p.add_argument("--int8-sigmoid", action="store_true", help="SiLU in int8 too: faster, if the gates still hold")
    p.add_argument("--seed", type=int, default=11)
    p.add_argument("--version", default="0.1.0")
    p.add_argument("--sequence", type=int, default=1, help="rises with every bundle")
    p.add_argument("--key", type=Path, default=DEVELOPMENT_KEY, help="Ed25519 key; its file name is the key id")
    return p


def main(argv: Sequence[str] | None = None) -> int:
    """Export; 0 when the bundle is in place, 1 when a file was refused, 2 when the input is no good."""
    args = parser().parse_args(argv)
    if args.out.exists() and not (args.out / "bundle.json").is_file() and not is_empty_folder(args.out):
        print(f"mobile_export: {args.out} is no bundle and is not replaced: name a new folder", file=sys.stderr)
        return 2
    try:
        loaded = checkpoint.load(args.checkpoint)
        if loaded.net.backbone != DEFAULT:
            raise CheckpointError(f"{args.checkpoint} is a {loaded.net.backbone}: phones are given {DEFAULT} only")
        if args.calibration:
            photos = photo_set(args.calibration, loaded.size)
        else:
            photos = render_set(args.synthetic, loaded.size, args.seed)
        export(args, loaded, photos)
    except (CheckpointError, DataError) as error:
        print(f"mobile_export: {error}", file=sys.stderr)
        return 2
    except ExportError as error:
        print(f"mobile_export: {error}", file=sys.stderr)
        return 1
    print(f"bundle written to {args.out}; next: python -m mobile_export.check {args.out}")
    return 0


def export(args: argparse.Namespace, loaded: Checkpoint, photos: PhotoSet) -> None:
    """Make every file in a folder beside `out`, compare, describe, sign, then put it in place of `out`."""
    args.out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=args.out.parent, prefix=f".{args.out.name}-") as unfinished:
        folder = Path(unfinished) / "bundle"
        folder.mkdir()
        quantisation = write_files(folder, args, loaded, photos)
        runners: dict[str, Runner] = {
            PTE_INT8.precision: PteRunner(folder / PTE_INT8.path),
            COREML_W8.precision: MilProgram(folder / COREML_W8.path),
        }
        metrics = compare(loaded, runners, render_set(args.check_photos, loaded.size, CHECK_SEED))
        gate = quality_gate(runners[PTE_INT8.precision], photos)
        about = {"version": args.version, "sequence": args.sequence, "quality_gate": gate}
        about |= {"metrics": metrics, "quantisation": quantisation}
        write_bundle(folder, loaded, golden_document(runners, loaded.size), about, args.key)
        swap(folder, args.out, Path(unfinished) / "previous")
    show(args.out, metrics)


def is_empty_folder(path: Path) -> bool:
    """Whether replacing `path` loses nothing."""
    return path.is_dir() and not any(path.iterdir())


def swap(new: Path, place: Path, previous: Path) -> None:
    """Put `new` at `place`; what stood there comes back when that fails."""
    if place.exists():
        os.replace(place, previous)
    try:
        os.replace(new, place)
    except OSError:
        if previous.exists():
            os.replace(previous, place)
        raise


def write_files(folder: Path, args: argparse.Namespace, loaded: Checkpoint, photos: PhotoSet) -> dict[str, Any]:
    """The three files; returns how the int8 one came about."""
    logits, _ = predict(loaded.net, photos.images, loaded.size)
    stable, runaways = stable_photos(logits)
    kept = photos.take(np.flatnonzero(stable))
    plan = QatPlan(steps=args.qat_steps, int8_sigmoid=args.int8_sigmoid, seed=args.seed)
    trunk = quantize_trunk(loaded.net, kept.images, kept.labels, plan)
    step(f"lowering {PTE_INT8.path}")
    (folder / PTE_INT8.path).write_bytes(lower(PhoneGraph(loaded.net, loaded.decoding, trunk), loaded.size))
    step(f"converting {COREML_W8.path}")
    records = output_records(loaded.size, loaded.info["heatmap_scale"])
    meanings = {record["name"]: record["meaning"] for record in records}
    graph = PhoneGraph(loaded.net, loaded.decoding)
    write_package(graph, loaded.size, folder / COREML_W8.path, args.version, meanings)
    shutil.copyfile(args.checkpoint / checkpoint.WEIGHTS, folder / SERVER.path)
    source = str(args.calibration) if args.calibration else f"synthetic skin, seed {args.seed}"
    return {
        "photos": len(kept),
        "source": source,
        "steps": plan.steps,
        "int8_sigmoid": plan.int8_sigmoid,
        "runaway_share": round(runaways, 5),
    }


def compare(loaded: Checkpoint, runners: dict[str, Runner], photos: PhotoSet) -> dict[str, dict[str, float]]:
    """Each file against the checkpoint on fresh photos. Raises `ExportError` below a bar."""
    taught = CheckpointGrader("checkpoint", loaded.size, loaded.decoding, loaded.net).grade(photos.images)
    metrics = {}
    for name, runner in runners.items():
        answers = answers_of(runner, photos.images, f"running {name}")
        metrics[name] = {key: round(value, 5) for key, value in agreement(taught, answers).items()}
        require(name, metrics[name])
    return metrics | {"int8": metrics["int8"] | {"noise_floor": noise_floor(runners["int8"], photos.images[:100])}}


def noise_floor(runner: Runner, images: np.ndarray) -> float:
    """Share of grades on which the int8 file agrees with itself under noise of 0.02 grey levels."""
    rng = np.random.default_rng(0)
    plain = answers_of(runner, images, "int8 as it is")
    noisy = answers_of(runner, images + NOISE * rng.standard_normal(images.shape), "int8 under noise")
    return round(agreement(plain, noisy)["grades_equal"], 5)


def quality_gate(runner: Runner, photos: PhotoSet) -> dict[str, Any]:
    """Where to ask for another photo: exposure by rule, sharpness a quarter of the softest photo trained on."""
    sample = photos.images[:200]
    quality = np.stack([runner(to_tensor(image[None]))["quality"] for image in sample])
    softest = float(np.quantile(quality[:, 2], 0.01))
    return {"luma": [0.08, 0.92], "clipped": 0.25, "sharpness": round(softest / 4, 7)}


def step(what: str) -> None:
    """Say on stderr what takes a while now."""
    print(f"{what} …", file=sys.stderr, flush=True)


def show(folder: Path, metrics: dict[str, dict[str, float]]) -> None:
    """The closing table."""
    print(f"{'file':36} {'precision':10} {'MB':>6} {'equal':>7} {'±1':>7} {'balanced':>9} {'maps':>6}")
    for row in FORMATS:
        path = folder / row.path
        size = sum(p.stat().st_size for p in ([path] if path.is_file() else path.rglob("*"))) / 1e6
        m = metrics.get(row.precision, {})
        names = ("grades_equal", "grades_within_one", "balanced_equal", "map_correlation")
        values = [f"{m[name]:.4f}" if name in m else "-" for name in names]
        print(
            f"{row.path:36} {row.precision:10} {size:6.2f} {values[0]:>7} {values[1]:>7} {values[2]:>9} {values[3]:>6}"
        )


if __name__ == "__main__":
    sys.exit(main())
