"""Export a checkpoint as a signed bundle.

    python -m mobile_export --checkpoint training/reference --out mobile_export/reference
    python -m mobile_export --checkpoint runs/mine --out bundle --calibration my_photos --key ops.pem --sequence 7
    python -m mobile_export --checkpoint runs/mine --out bundle --formats coreml-w8a16,onnx-fp32
    python -m mobile_export --list-formats

Fine-tunes to int8, lowers, converts, compares every file with the checkpoint on photos that were not used for
fine-tuning, and fails when one disagrees. Nothing is left half written: the folder appears when all of it is right.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from mobile_export.errors import ExportError
from mobile_export.export import Release, export
from mobile_export.formats import FormatError, chosen, insist_on_tools, listing
from mobile_export.parts import BundleError
from mobile_export.placing import replaceable
from mobile_export.qat import QatPlan
from mobile_export.signing import DEVELOPMENT_KEY, VARIABLE, SignatureError, find_key
from mobile_export.versions import VersionError, next_release
from mobile_export.writing import Job
from training import checkpoint
from training.backbones import DEFAULT
from training.checkpoint import Checkpoint, CheckpointError
from training.datasets import DataError, photo_set
from training.photo_set import render_set

REFUSALS = (BundleError, CheckpointError, DataError, FormatError, SignatureError, VersionError)


def parser() -> argparse.ArgumentParser:
    """The command line."""
    p = argparse.ArgumentParser(
        "python -m mobile_export", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    p.add_argument("--checkpoint", type=Path)
    p.add_argument("--out", type=Path, help="bundle folder; what was there moves to previous/SEQUENCE")
    p.add_argument("--formats", help="comma-separated names, or all (default: those marked by --list-formats)")
    p.add_argument("--list-formats", action="store_true", help="print the table of formats and stop")
    photos = p.add_mutually_exclusive_group()
    photos.add_argument("--calibration", type=Path, help="labelled photos to fine-tune on")
    photos.add_argument("--synthetic", type=int, default=3000, help="photos to render for fine-tuning (default 3000)")
    p.add_argument("--check-photos", type=int, default=500, help="fresh photos to compare on (default 500)")
    p.add_argument("--qat-steps", type=int, help=f"of fine-tuning to int8 (default {QatPlan.steps})")
    p.add_argument(
        "--int8-sigmoid",
        action=argparse.BooleanOptionalAction,
        help="SiLU in int8 too (default): faster, and a point or two less agreement",
    )
    p.add_argument("--seed", type=int, default=11)
    p.add_argument("--version", help="default: the patch number of the bundle in --out rises, or 0.1.0")
    p.add_argument("--sequence", type=int, help="must rise; default: one more than the bundle in --out has, or 1")
    p.add_argument("--key", type=Path, help=f"Ed25519 key, PEM (default: {VARIABLE}, else the development key)")
    p.add_argument("--key-id", help="the key's name (default: its file's)")
    return p


def main(argv: Sequence[str] | None = None) -> int:
    """Export; 0 when the bundle is in place, 1 when a file was refused, 2 when the input is no good."""
    p = parser()
    args = p.parse_args(argv)
    if args.list_formats:
        print(listing())
        return 0
    if not (args.checkpoint and args.out):
        p.error("name the checkpoint and the folder: --checkpoint DIR --out DIR")
    try:
        run(args)
    except REFUSALS as error:
        print(f"mobile_export: {error}", file=sys.stderr)
        return 2
    except ExportError as error:
        print(f"mobile_export: {error}", file=sys.stderr)
        return 1
    print(f"bundle written to {args.out}; next: python -m mobile_export.check {args.out}")
    return 0


def run(args: argparse.Namespace) -> None:
    """Refuse what cannot be done before anything takes long, then export."""
    if not replaceable(args.out):
        raise BundleError(f"{args.out} is no bundle and is not replaced: name a new folder")
    rows = chosen(args.formats, heeded_by_some(args))
    insist_on_tools(rows)
    version, sequence = next_release(args.out, args.version, args.sequence)
    key = find_key(args.key, args.key_id, DEVELOPMENT_KEY)
    job = prepare(args, phone_sized(args.checkpoint), version)
    export(Release(args.out, version, sequence, args.check_photos), rows, job, key)


def heeded_by_some(args: argparse.Namespace) -> list[str]:
    """Options given that mean nothing to some formats."""
    given = {"--qat-steps": args.qat_steps is not None, "--int8-sigmoid": args.int8_sigmoid is not None}
    return [option for option, is_given in given.items() if is_given]


def phone_sized(folder: Path) -> Checkpoint:
    """The checkpoint, when its network is the one that phones are given."""
    loaded = checkpoint.load(folder)
    if loaded.net.backbone != DEFAULT:
        raise CheckpointError(f"{folder} is a {loaded.net.backbone}: phones are given {DEFAULT} only")
    return loaded


def prepare(args: argparse.Namespace, loaded: Checkpoint, version: str) -> Job:
    """The photos to fine-tune on, and how."""
    steps = QatPlan.steps if args.qat_steps is None else args.qat_steps
    plan = QatPlan(steps=steps, int8_sigmoid=args.int8_sigmoid is not False, seed=args.seed)
    if args.calibration:
        photos, source = photo_set(args.calibration, loaded.size), str(args.calibration)
    else:
        photos, source = render_set(args.synthetic, loaded.size, args.seed), f"synthetic skin, seed {args.seed}"
    return Job(loaded, args.checkpoint, photos, source, plan, version)


if __name__ == "__main__":
    sys.exit(main())
