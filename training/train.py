"""Train a grader and write its checkpoint.

    python -m training.train --out runs/first                            # on synthetic skin
    python -m training.train --out runs/mine --data my_photos            # on labelled photos, see training.datasets
    python -m training.train --out runs/try --synthetic 400 --size 64 --stages 64:800     # minutes
    python -m training.train --config runs/first/config.yaml --out runs/second --seed 2
    torchrun --nproc-per-node 2 -m training.train --out runs/first       # on several devices

Run the same command again and it goes on where it stopped. One row per validation goes to OUT/log.csv.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from training import checkpoint, config, distributed
from training.attention import AttendedLoss
from training.attribute_losses import AttributeLosses, parse_losses
from training.augmentations import shown_side
from training.backbones import BackboneError, needs_size
from training.batches import Batches
from training.calibrate import fit_decoding, heatmap_scale, predict
from training.checkpoint import CheckpointError
from training.datasets import DataError
from training.decoding import Prior
from training.grade_weights import grade_counts
from training.material import as_seen, read_photos
from training.metrics import report, table
from training.model import SkinNet, insist_on_sides
from training.parts import graded_parts, parts_not_told
from training.photo_set import PhotoSet, renderer_digest
from training.recipe import Recipe
from training.resume import insist_on_same
from training.sampler import balanced_weights
from training.saving import RunError
from training.settings_check import check
from training.stages import TURNS, Stage, parse_stages, sides
from training.synthetic_folder import SYNTHETIC, source_of
from training.tracking import tracker
from training.trainer import Diverged, Trainer
from training.watch import WATCHED, Watch


def main(argv: Sequence[str] | None = None) -> int:
    """Train, calibrate on held-out photos, write the checkpoint, print its table; 0 when all is written."""
    args = config.resolve(config.parser("python -m training.train", __doc__), argv)
    try:
        run(args)
    except (ValueError, DataError, BackboneError, CheckpointError, RunError, Diverged, OSError) as error:
        print(f"training.train: {error}", file=sys.stderr)
        return 2
    finally:
        distributed.leave()
    return 0


def run(args: argparse.Namespace) -> None:
    """A whole run. Settings are judged before the first photo is drawn, the photos before the first step."""
    check(args)
    distributed.join()
    insist_on_same(args)
    torch.manual_seed(args.seed)
    stages, losses = parse_stages(args.stages), parse_losses(args.loss)
    names = [field.name for field in fields(Recipe) if field.name != "stages"]
    recipe = Recipe(tuple(stages), **{name: getattr(args, name) for name in names})
    track = tracker(args.mlflow and distributed.rank() == 0, vars(args))
    net = starting_net(args, stages)
    traced = args.maps and args.augmentation == TURNS and not (args.data or args.only)
    insist_on_sides(net, {shown_side(args.augmentation, side) for side in sides(stages, args.size)}, traced)
    training, held_out = distributed.in_turn(lambda: read_photos(args))
    weights = balanced_weights(training.labels) if args.sampler == "balanced" else None
    loss = AttributeLosses(losses, grade_counts(training.labels, weights))
    batches = Batches(training, recipe.batch, recipe.seed, weights, args.augmentation, args.maps and not args.only)
    seen = as_seen(held_out, args.augmentation, args.size if stages[-1].crop else stages[-1].size)
    trainer = Trainer(net, AttendedLoss(loss, recipe.attention), batches, recipe, args.out)
    if distributed.rank() == 0:
        config.save(args)
    prior = as_prior(loss.prior())
    trainer.run(Watch(seen.take(slice(WATCHED)), prior, args.select), args.every, args.save_every, track, args.workers)
    if distributed.rank() == 0:
        finish(trainer.best.eval(), training, seen, prior, args)


def starting_net(args: argparse.Namespace, stages: Sequence[Stage]) -> SkinNet:
    """The network before its first step. Raises `BackboneError` or `CheckpointError`."""
    if needs_size(args.backbone) and len({stage.size for stage in stages}) > 1:
        raise BackboneError(f"{args.backbone} takes photos of one side: give --stages one side, such as 224:20000")
    if args.init:
        found = checkpoint.load(args.init).net
        if found.backbone != args.backbone:
            raise CheckpointError(f"{args.init} is a {found.backbone}: give --backbone {found.backbone}")
        found.drop.p = args.drop_rate
        return found
    words: dict[str, bool | Path] = {"none": False, "hub": True}
    pretrained = words.get(args.pretrained, Path(args.pretrained))
    return SkinNet(args.backbone, pretrained, args.drop_rate, stages[-1].size, args.normalised_by)


def as_prior(shares: NDArray[np.float64]) -> Prior:
    """Shares (5,5) as a decoding holds them."""
    return tuple(tuple(round(float(share), 6) for share in row) for row in shares)


def finish(net: SkinNet, training: PhotoSet, held_out: PhotoSet, prior: Prior, args: argparse.Namespace) -> None:
    """Calibrate, measure on the held-out photos, write the checkpoint."""
    size = held_out.images.shape[1]
    logits, maps = predict(net, held_out.images, size)
    decoding = fit_decoding(logits, held_out.labels, prior)
    measured = report(held_out.clean, decoding.utilities(logits).argmax(-1))
    drawn = f"{SYNTHETIC}, {len(training)} photos, renderer {renderer_digest()}"
    source = source_of(args.data) if args.data else drawn
    start = checkpoint.load(args.init).info.get("training", "unknown") if args.init else args.pretrained
    about = {"data": source, "seed": args.seed, "stages": args.stages, "started_from": start, "metrics": measured}
    parts = {"graded_parts": graded_parts(training), "parts_not_told": parts_not_told(training)}
    checkpoint.save(args.out, net, size, decoding, training=about, **parts, heatmap_scale=heatmap_scale(maps))
    print(table(measured))
    print(
        f"checkpoint written to {args.out}; next: python -m training.evaluate --checkpoint {args.out} --synthetic 1000"
    )


if __name__ == "__main__":
    sys.exit(main())
