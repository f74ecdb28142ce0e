"""A folder of labelled photos as arrays for training and evaluation; bad files are listed, never dropped in silence.

    python -m training.datasets my_photos      # counts per attribute, grade and part, and every problem found

Labels lie beside the photos or in a CSV (`training.folders`), or the folder is AI-Hub 71645 as it unpacks
(`training.aihub`), which is recognised by its file names. `python -m training.inspect` looks closer.
"""

import argparse
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from training import aihub
from training.attributes import GRADES, KEYS
from training.folders import files_under, read_files
from training.groups import name_people, numbered, told
from training.inspect.counts import legible, summary, tally, unlearnable
from training.labels import NOT_LABELLED, Labelled, Reading
from training.photo_set import PhotoSet, unmapped
from training.pixels import decoded, load_pixels

SIZE = 224  # px, the reference model's input side
ACNE04 = re.compile(r"levle[0-3]_\d+")  # its own spelling


class DataError(ValueError):
    """A folder from which nothing can be learned; the text says what to do."""


def photo_set(root: Path, size: int, copies: int = 1) -> PhotoSet:
    """A folder's usable photos as arrays; problems go to stderr. Raises `DataError` when nothing is usable.

    `copies` of them must fit into memory: whoever parts them holds both the whole and the parts for a while.
    """
    reading = read(root)
    _insist_on_memory(copies * len(reading.photos) * size * size * 3)
    images, kept = load_pixels(reading.photos, size, reading.problems)
    print(summary(Reading(kept, reading.problems, reading.notes)), file=sys.stderr)
    insist(root, reading.photos, kept)
    labels = np.array([photo.grades for photo in kept], np.int64)
    parts = np.array([photo.part for photo in kept], np.int64)
    people, tones = numbered([photo.person for photo in kept]), np.full(len(kept), NOT_LABELLED)
    return PhotoSet(images, labels, labels, parts, tones, unmapped(len(kept)), people)


def read(root: Path) -> Reading:
    """All labels under a folder or of one CSV, in either layout. Raises `DataError` when `root` is no such thing."""
    if not root.exists():
        raise DataError(f"there is no folder {root}")
    if root.is_file() and root.suffix.lower() != ".csv":
        raise DataError(f"{root} is neither a folder nor a CSV: name the folder that holds the photos")
    files = files_under(root)
    reading = aihub.read(files) if aihub.recognised(files) else read_files(files)
    if not reading.photos and any(ACNE04.fullmatch(path.stem) for path in files):
        raise DataError(f"{root} is ACNE04, whose acne severity is none of our attributes: label its photos for those")
    name_people(reading)
    return reading


def learnable(photos: PhotoSet, keys: Sequence[str] = KEYS) -> list[str]:
    """Sentences on which of these attributes the photos cannot teach. Raises `DataError` when that is all of them."""
    counts = (photos.labels[:, :, None] == np.arange(GRADES)).sum(0)
    sentences = unlearnable(counts[[KEYS.index(key) for key in keys]], keys)
    if len(sentences) == len(keys):
        raise DataError(f"nothing can be learned from these photos. {'. '.join(sentences)}")
    return sentences


def insist(root: Path, labelled: list[Labelled], usable: list[Labelled]) -> None:
    """Raises `DataError` with what to do when no photo is labelled, or none is usable."""
    if not labelled:
        raise DataError(
            f"{root} has no labelled photo: put NAME.json with the grades beside NAME.jpg, or a CSV with `path`"
        )
    if not usable:
        raise DataError(f"no photo in {root} could be decoded: see the list above")


def _insist_on_memory(needed: int) -> None:
    held = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    if needed > held:
        sentence = f"the photos need {needed / 1e9:.0f} GB of memory and this machine has {held / 1e9:.0f}"
        raise DataError(f"{sentence}: choose a smaller --size, or a folder with fewer photos")


def main(argv: Sequence[str] | None = None) -> int:
    """Print what a folder holds; 0 when something is usable, else 2."""
    p = argparse.ArgumentParser(
        "python -m training.datasets", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    p.add_argument("folder", type=Path, help="folder of labelled photos, or one CSV")
    p.add_argument("--size", type=int, default=SIZE, help=f"input side that photos must reach (default {SIZE} px)")
    args = p.parse_args(argv)
    try:
        reading = read(args.folder)
        usable = [photo for photo, _ in decoded(reading.photos, args.size, reading.problems)]
        print(legible(summary(Reading(usable, reading.problems, reading.notes))))
        insist(args.folder, reading.photos, usable)
        print("\n".join([*unlearnable(tally(usable).sum(1)), told(numbered([photo.person for photo in usable]))]))
    except DataError as error:
        print(f"training.datasets: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
