"""Labelled photos as the model's input bytes, decoded on every core with a progress bar.

A photo that cannot be decoded or is too small becomes a `Problem`; all others keep their order.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import groupby
from multiprocessing import get_context

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from training.labels import Box, Labelled, Problem
from training.photo import PhotoError, read_photo
from training.preprocess import PhotoTooSmall, model_input

Pixels = NDArray[np.uint8]


def decoded(
    photos: Sequence[Labelled], size: int, problems: list[Problem], workers: int | None = None
) -> Iterator[tuple[Labelled, Pixels]]:
    """Each photo that decodes, with its input bytes (S,S,3); the others join `problems`.

    Consecutive boxes of one file are cut out of one decoding.
    """
    if not photos:
        return
    files = [list(boxes) for _, boxes in groupby(photos, lambda photo: photo.path)]
    with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
        results = pool.map(_decode, [(boxes, size) for boxes in files], chunksize=8)
        shown = tqdm(results, total=len(files), desc="reading photos", unit="photo")
        for boxes, inputs in zip(files, shown, strict=True):
            problems += dict.fromkeys(one for one in inputs if isinstance(one, Problem))
            yield from (pair for pair in zip(boxes, inputs, strict=True) if not isinstance(pair[1], Problem))


def load_pixels(
    photos: Sequence[Labelled], size: int, problems: list[Problem], workers: int | None = None
) -> tuple[Pixels, list[Labelled]]:
    """Input bytes (N,S,S,3) of the photos that decode, and those photos; the others join `problems`."""
    images = np.empty((len(photos), size, size, 3), np.uint8)
    kept: list[Labelled] = []
    for photo, pixels in decoded(photos, size, problems, workers):
        images[len(kept)] = pixels
        kept.append(photo)
    return images[: len(kept)], kept


def _decode(task: tuple[list[Labelled], int]) -> list[Pixels | Problem]:
    boxes, size = task
    path = boxes[0].path
    try:
        rgb = read_photo(path)
    except PhotoError as error:
        return [Problem(path, str(error), "corrupt")] * len(boxes)
    return [_input(photo, rgb, size) for photo in boxes]


def _input(photo: Labelled, rgb: Pixels, size: int) -> Pixels | Problem:
    try:
        return model_input(rgb if photo.box is None else square_around(rgb, photo.box, size), size)
    except PhotoTooSmall as error:
        return Problem(photo.path, str(error), "too small")
    except ValueError as error:
        return Problem(photo.path, str(error))


def square_around(rgb: Pixels, box: Box, least: int) -> Pixels:
    """The square of HxWx3 `rgb` around a box, `least` px or more a side where the photo has them.

    It is square because the centre square of a wide box would lose most of what was graded, and it is moved inside the
    photo where it would reach out of it. Raises ValueError when the box lies outside.
    """
    (height, width), (left, top, right, bottom) = rgb.shape[:2], box
    if left >= width or top >= height or right <= 0 or bottom <= 0:
        raise ValueError(f"its box {list(box)} lies outside the photo of {width} x {height} px: correct the label")
    side = min(max(right - left, bottom - top, least), height, width)
    x = min(max((left + right - side) // 2, 0), width - side)
    y = min(max((top + bottom - side) // 2, 0), height - side)
    return rgb[y : y + side, x : x + side]
