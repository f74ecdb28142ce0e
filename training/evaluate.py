"""Measure a grader: P-Recall both ways per attribute and skin tone, n, intervals, errors, calibration, ranges, ceiling.

    python -m training.evaluate --checkpoint training/reference --synthetic 1000 --seed 4242
    python -m training.evaluate --bundle mobile_export/reference --synthetic 1000 --seed 4242 --json -
    python -m training.evaluate --checkpoint runs/mine --data my_photos
    python -m training.evaluate --checkpoint training/reference --bundle mobile_export/reference --synthetic 1000

Truth is the clean grade of synthetic skin; figures against the rated grade, and what the raters' noise leaves to a
perfect grader, stand beside it. With both a checkpoint
and a bundle, the two are measured on the same photos and compared.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from training.arguments import COUNT, SEED
from training.checkpoint import CheckpointError
from training.datasets import DataError, photo_set
from training.fairness import tone_table
from training.graders import BundleGrader, CheckpointGrader, Grader
from training.measure import details, measure
from training.metrics import table
from training.photo_set import PhotoSet, render_set
from training.runtime import agreement
from training.saving import check_target


def parser() -> argparse.ArgumentParser:
    """The command line."""
    p = argparse.ArgumentParser(
        "python -m training.evaluate", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    p.add_argument("--checkpoint", type=Path, help="checkpoint folder")
    p.add_argument("--bundle", type=Path, help="bundle folder; its ExecuTorch file grades")
    photos = p.add_mutually_exclusive_group(required=True)
    photos.add_argument("--data", type=Path, help="folder of labelled photos")
    photos.add_argument("--synthetic", type=COUNT, metavar="N", help="render N fresh photos")
    p.add_argument("--seed", type=SEED, default=4242, help="of the rendered photos and the intervals (default 4242)")
    p.add_argument("--balanced", action=argparse.BooleanOptionalAction, default=True, help="every grade equally often")
    p.add_argument("--json", help="write the figures as one JSON object to this file; - is stdout")
    return p


def main(argv: Sequence[str] | None = None) -> int:
    """Print the figures; 0 when they were measured, 2 with a sentence when they could not be."""
    p = parser()
    args = p.parse_args(argv)
    if not (args.checkpoint or args.bundle):
        p.error("name a grader: --checkpoint DIR or --bundle DIR")
    try:
        check_target(args.json)
        graders = open_graders(args)
        photos = read_photos(args, graders[0].size)
        answers = [grader.grade(photos.images) for grader in graders]
        figures = [measure(g, a, photos, args.seed) for g, a in zip(graders, answers, strict=True)]
        result = figures[0] if len(figures) == 1 else {"graders": figures, "agreement": agreement(*answers)}
        show(result, figures, args.json)
    except (CheckpointError, DataError, OSError) as error:
        print(f"training.evaluate: {error}", file=sys.stderr)
        return 2
    return 0


def open_graders(args: argparse.Namespace) -> list[Grader]:
    """The graders asked for, the checkpoint first."""
    graders: list[Grader] = [CheckpointGrader.open(args.checkpoint)] if args.checkpoint else []
    if args.bundle:
        graders.append(BundleGrader.open(args.bundle))
    if len({grader.size for grader in graders}) > 1:
        raise CheckpointError(
            "the checkpoint and the bundle take photos of different sizes: compare what belongs together"
        )
    return graders


def read_photos(args: argparse.Namespace, size: int) -> PhotoSet:
    """The photos to measure on."""
    if args.data:
        return photo_set(args.data, size)
    return render_set(args.synthetic, size, args.seed, args.balanced)


def show(result: dict[str, Any], figures: list[dict[str, Any]], target: str | None) -> None:
    """Tables for people, or one JSON object where asked."""
    text = json.dumps(result, ensure_ascii=False)
    if target == "-":
        print(text)
        return
    for one in figures:
        head = f"{one['grader']}, {one['photos']} photos\n{table(one)}"
        print(head, details(one), tone_table(one["tones"]), sep="\n\n", end="\n\n")
    for name, share in result.get("agreement", {}).items():
        print(f"{name:20} {share:.4f}")
    if target:
        Path(target).write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    sys.exit(main())
