"""The photos of a run: read or rendered, learned from or held out, and as its network is shown them."""

import argparse
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

from training.attributes import KEYS
from training.augmentations import AUGMENTATIONS, augment
from training.batches import NONE
from training.datasets import learnable, photo_set
from training.groups import split_by_group, told
from training.labels import NOT_LABELLED
from training.parts import advice
from training.photo_set import PhotoSet, load_or_render
from training.preprocess import box_resize
from training.saving import saving
from training.stages import TURNS


def read_photos(args: argparse.Namespace) -> tuple[PhotoSet, PhotoSet]:
    """Training and held-out photos; no person is in both. Says what cannot be learned; raises when nothing can."""
    if args.data:
        photos = photo_set(args.data, args.size, 2)
        print(told(photos.people), file=sys.stderr)
    else:
        with saving(Path("cache"), "a folder in it that ends in a bare number is unfinished: delete it"):
            photos = load_or_render(args.synthetic, args.size, args.seed, args.balanced)
    sentences = learnable(photos, [args.only] if args.only else KEYS)
    photos = alone(photos, args.only) if args.only else photos
    for sentence in [*sentences, *advice(photos)]:
        print(f"training.train: {sentence}", file=sys.stderr)
    training, held_out = split_by_group(photos.people, args.held_out, args.seed)
    return photos.take(training), photos.take(held_out)


def alone(photos: PhotoSet, key: str) -> PhotoSet:
    """The photos with the labels of one attribute only."""
    others = np.arange(len(KEYS)) != KEYS.index(key)
    labels, clean = (np.where(others, NOT_LABELLED, grades) for grades in (photos.labels, photos.clean))
    return replace(photos, labels=labels, clean=clean).take(np.flatnonzero((labels >= 0).any(1)))


def as_seen(photos: PhotoSet, augmentation: str, base: int) -> PhotoSet:
    """Photos as a network that was trained at side `base` with this augmentation is shown them when it is graded."""
    if augmentation not in (TURNS, NONE):
        row = AUGMENTATIONS[augmentation].validation
        return replace(photos, images=augment(row, photos.images, np.random.default_rng(0), base))
    if photos.images.shape[1] == base:
        return photos
    return replace(photos, images=np.stack([box_resize(image, base) for image in photos.images]))
