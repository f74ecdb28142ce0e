"""Train a grader and write its checkpoint.

    python -m training.train --out runs/first                            # on synthetic skin
    python -m training.train --out runs/mine --data my_photos            # on labelled photos, see training.datasets
    python -m training.train --out runs/try --synthetic 400 --size 64 --stages 64:800   # minutes

Run the same command again and it goes on where it stopped. One row per validation goes to OUT/log.csv.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch

from training import checkpoint
from training.attributes import KEYS
from training.batches import Batches, Stage, check_stages, parse_stages
from training.calibrate import fit_decoding, graded_parts, heatmap_scale, predict
from training.datasets import DataError, photo_set
from training.decoding import Decoding
from training.metrics import report, table
from training.model import OfflineWeights, SkinNet
from training.photo_set import PhotoSet, load_or_render, renderer_digest
from training.trainer import Recipe, Trainer

ON_SKIN, ON_PHOTOS = "crop96:90000,crop128:24000,224:24000", "96:30000,128:40000,224:20000"
VALIDATION_PHOTOS = 400  # looked at while training; all held-out photos are used at the end


def parser() -> argparse.ArgumentParser:
    """The command line."""
    p = argparse.ArgumentParser(
        "python -m training.train", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    p.add_argument("--out", type=Path, required=True, help="folder of the run; a run found there is continued")
    source = p.add_mutually_exclusive_group()
    source.add_argument("--data", type=Path, help="folder of labelled photos")
    source.add_argument("--synthetic", type=int, default=9000, help="photos to render (default 9000)")
    p.add_argument("--size", type=int, default=224, help="side of the model's input in px (default 224)")
    p.add_argument(
        "--stages",
        help=f"SIDE:IMAGES,… small photos first; cropSIDE cuts windows (default {ON_SKIN}, with --data {ON_PHOTOS})",
    )
    p.add_argument("--held-out", type=float, default=1 / 9, help="share of photos kept from training (default 1/9)")
    p.add_argument("--batch", type=int, default=Recipe.batch)
    p.add_argument("--learning-rate", type=float, default=Recipe.learning_rate)
    p.add_argument("--every", type=int, default=150, help="steps between validations and saves (default 150)")
    p.add_argument("--seed", type=int, default=1)
    start = p.add_mutually_exclusive_group()
    start.add_argument("--pretrained", action="store_true", help="start from ImageNet weights (needs the network)")
    start.add_argument("--init", type=Path, help="start from the weights of this checkpoint")
    return p


def main(argv: Sequence[str] | None = None) -> int:
    """Train, calibrate on held-out photos, write the checkpoint, print its table; 0 when all is written."""
    args = parser().parse_args(argv)
    try:
        args.stages = args.stages or (ON_PHOTOS if args.data else ON_SKIN)
        stages = parse_stages(args.stages)
        photos = photo_set(args.data, args.size) if args.data else load_or_render(args.synthetic, args.size, args.seed)
        check_stages(stages, photos)
        net = checkpoint.load(args.init).net if args.init else SkinNet(args.pretrained, drop_rate=0.1)
    except (ValueError, DataError, OfflineWeights) as error:
        print(f"training.train: {error}", file=sys.stderr)
        return 2
    torch.manual_seed(args.seed)
    training, held_out = split(photos, args.held_out, args.seed)
    recipe = Recipe(tuple(stages), args.batch, args.learning_rate, seed=args.seed)
    args.out.mkdir(parents=True, exist_ok=True)
    (args.out / "recipe.json").write_text(json.dumps(asdict(recipe) | {"argv": vars(args)}, indent=1, default=str))
    trainer = Trainer(net, Batches(training, recipe.batch, recipe.seed), recipe, args.out)
    watched = held_out.take(slice(VALIDATION_PHOTOS))
    trainer.run(lambda averaged, stage: quick_score(averaged, watched, stage, training), args.every)
    finish(trainer.averaged, training, held_out, args)
    return 0


def split(photos: PhotoSet, share: float, seed: int) -> tuple[PhotoSet, PhotoSet]:
    """Training and held-out photos, parted at random by the seed."""
    order = np.random.default_rng(seed).permutation(len(photos))
    kept = max(1, round(len(photos) * share))
    return photos.take(np.sort(order[kept:])), photos.take(order[:kept])


def quick_score(net: SkinNet, photos: PhotoSet, stage: Stage, training: PhotoSet) -> float:
    """Mean P-Recall over grades present, balanced decoding, before calibration; of whole photos also for windows."""
    logits, _ = predict(net, photos.images, photos.images.shape[1] if stage.crop else stage.size)
    prior = fit_decoding(logits, photos.labels, training.labels).prior
    answers = Decoding(prior=prior).utilities(logits).argmax(-1)
    return float(report(photos.clean, answers)["mean_p_recall_present"])


def finish(net: SkinNet, training: PhotoSet, held_out: PhotoSet, args: argparse.Namespace) -> None:
    """Calibrate, measure on the held-out photos, write the checkpoint."""
    logits, maps = predict(net, held_out.images, args.size)
    decoding = fit_decoding(logits, held_out.labels, training.labels)
    measured = report(held_out.clean, decoding.utilities(logits).argmax(-1))
    source = str(args.data) if args.data else f"synthetic skin, {len(training)} photos, renderer {renderer_digest()}"
    start = checkpoint.load(args.init).info["training"] if args.init else "ImageNet" if args.pretrained else "random"
    about = {"data": source, "seed": args.seed, "stages": args.stages, "started_from": start, "metrics": measured}
    extra = {"graded_parts": graded_parts(training, KEYS), "heatmap_scale": heatmap_scale(maps)}
    checkpoint.save(args.out, net, args.size, decoding, training=about, **extra)
    print(table(measured))
    print(
        f"checkpoint written to {args.out}; next: python -m training.evaluate --checkpoint {args.out} --synthetic 1000"
    )


if __name__ == "__main__":
    sys.exit(main())
