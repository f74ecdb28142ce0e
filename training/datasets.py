"""A folder of labelled photos as arrays for training and evaluation; `training.labels` says which labels are read.

    python -m training.datasets my_photos      # counts per attribute, grade and part, and every problem found

Photos that cannot be decoded, or are smaller than the model's input, are listed with the other problems.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from training.labels import NOT_LABELLED, Labelled, Problem, Reading, read_folder, summary
from training.photo import PhotoError, read_photo
from training.photo_set import PhotoSet, unmapped
from training.preprocess import PhotoTooSmall, model_input

SIZE = 224  # px, the reference model's input side


class DataError(ValueError):
    """A folder from which nothing can be learned; the text says what to do."""


def decoded(
    photos: Sequence[Labelled], size: int, problems: list[Problem], workers: int | None = None
) -> Iterator[tuple[Labelled, NDArray[np.uint8]]]:
    """Each photo that decodes, with its input bytes (S,S,3); the others join `problems`."""
    if not photos:
        return
    with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
        results = pool.map(_decode, [(photo.path, size) for photo in photos], chunksize=8)
        shown = tqdm(results, total=len(photos), desc="reading photos", unit="photo")
        for photo, result in zip(photos, shown, strict=True):
            if isinstance(result, str):
                problems.append(Problem(photo.path, result))
            else:
                yield photo, result


def _decode(task: tuple[Path, int]) -> NDArray[np.uint8] | str:
    try:
        return model_input(read_photo(task[0]), task[1])
    except (PhotoError, PhotoTooSmall) as error:
        return str(error)


def load_pixels(
    photos: Sequence[Labelled], size: int, problems: list[Problem], workers: int | None = None
) -> tuple[NDArray[np.uint8], list[Labelled]]:
    """Input bytes (N,S,S,3) of the photos that decode, and those photos; the others join `problems`."""
    images = np.empty((len(photos), size, size, 3), np.uint8)
    kept: list[Labelled] = []
    for photo, pixels in decoded(photos, size, problems, workers):
        images[len(kept)] = pixels
        kept.append(photo)
    return images[: len(kept)], kept


def photo_set(root: Path, size: int) -> PhotoSet:
    """A folder's usable photos as arrays; problems go to stderr. Raises `DataError` when nothing is usable."""
    reading = _read(root)
    images, kept = load_pixels(reading.photos, size, reading.problems)
    print(summary(Reading(kept, reading.problems)), file=sys.stderr)
    _insist(root, reading.photos, kept)
    labels = np.array([photo.grades for photo in kept], np.int64)
    parts = np.array([photo.part for photo in kept], np.int64)
    return PhotoSet(images, labels, labels, parts, np.full(len(kept), NOT_LABELLED), unmapped(len(kept)))


def _read(root: Path) -> Reading:
    if not root.exists():
        raise DataError(f"there is no folder {root}")
    if root.is_file() and root.suffix.lower() != ".csv":
        raise DataError(f"{root} is neither a folder nor a CSV: name the folder that holds the photos")
    return read_folder(root)


def _insist(root: Path, labelled: list[Labelled], usable: list[Labelled]) -> None:
    if not labelled:
        raise DataError(
            f"{root} has no labelled photo: put NAME.json with the grades beside NAME.jpg, or a CSV with `path`"
        )
    if not usable:
        raise DataError(f"no photo in {root} could be decoded: see the list above")


def main(argv: Sequence[str] | None = None) -> int:
    """Print what a folder holds; 0 when something is usable, else 2."""
    p = argparse.ArgumentParser(
        "python -m training.datasets", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    p.add_argument("folder", type=Path, help="folder of labelled photos, or one CSV")
    p.add_argument("--size", type=int, default=SIZE, help=f"input side that photos must reach (default {SIZE} px)")
    args = p.parse_args(argv)
    try:
        reading = _read(args.folder)
        usable = [photo for photo, _ in decoded(reading.photos, args.size, reading.problems)]
        print(summary(Reading(usable, reading.problems)))
        _insist(args.folder, reading.photos, usable)
    except DataError as error:
        print(f"training.datasets: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
