"""What settings of a run contradict each other or the disk, judged before a photo is read or a network is built."""

import argparse
import os
from collections.abc import Sequence
from pathlib import Path

from training.augmentations import AUGMENTATIONS, shown_side
from training.photo_set import CELLS
from training.stages import Stage, check_stages, check_windows, parse_stages


def check(args: argparse.Namespace) -> None:
    """Raises ValueError with a sentence that says what to change."""
    stages = parse_stages(args.stages)
    check_windows(stages, args.augmentation)
    check_stages(stages, args.size, 0 if args.data or not args.maps else CELLS)
    _insist_on_a_step(stages, args)
    _insist_on_detail(stages, args)
    insist_on_folder(args.out)


def _insist_on_a_step(stages: Sequence[Stage], args: argparse.Namespace) -> None:
    images = sum(stage.images for stage in stages)
    if images < args.batch:
        raise ValueError(
            f"--stages {args.stages} shows {images} images, too few for one batch of {args.batch}:"
            " give a stage more images, or a smaller --batch"
        )


def _insist_on_detail(stages: Sequence[Stage], args: argparse.Namespace) -> None:
    """Augmentations give photos of a multiple of the stage's side, for which `--size` must hold enough detail."""
    needed = max(shown_side(args.augmentation, stage.size) for stage in stages)
    if args.augmentation in AUGMENTATIONS and needed > args.size:
        raise ValueError(
            f"--augmentation {args.augmentation} makes photos of {needed} px at these --stages: give --size {needed}"
            " or more, or stages of smaller sides"
        )


def insist_on_folder(folder: Path) -> None:
    """Raises ValueError when `folder` neither is a folder that can be written to nor can be made one."""
    nearest = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    if not nearest.is_dir():
        raise ValueError(f"--out {folder}: {nearest} is a file; name a folder")
    if not os.access(nearest, os.W_OK | os.X_OK):
        raise ValueError(f"--out {folder}: {nearest} cannot be written to; name another folder")
