"""Training batches: which photos at which step, at which side, with which augmentation.

Everything follows from (seed, step), so a resumed run sees the batches that an unbroken one would have seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from training.attributes import KEYS
from training.phantom.maps import grade_of
from training.photo_set import PhotoSet


@dataclass(frozen=True)
class Stage:
    """Train at `size` px for `images` photos: photos shrunk to that side, or windows of that side cut out of them."""

    size: int
    images: int
    crop: bool = False

    @property
    def name(self) -> str:
        """`crop96` or `224`."""
        return f"{'crop' if self.crop else ''}{self.size}"


@dataclass(frozen=True)
class Batch:
    """Images (B,3,size,size) float32 in 0..255, labels (B,5), and where maps are known their means (B,5,h,w)."""

    images: Tensor
    labels: Tensor
    cells: Tensor | None


def parse_stages(text: str) -> list[Stage]:
    """`crop96:60000,224:20000` -> two stages in order. Raises ValueError with what was wrong."""
    try:
        stages = [_parse_stage(item) for item in text.split(",")]
    except (TypeError, ValueError):
        raise ValueError(
            f"'{text}' is no list of stages; write SIDE:IMAGES or cropSIDE:IMAGES,… such as crop96:60000,224:20000"
        ) from None
    if any(stage.size < 32 or stage.images < 1 for stage in stages):
        raise ValueError(f"'{text}': sides start at 32 px and every stage needs at least one photo")
    return stages


def _parse_stage(text: str) -> Stage:
    size, images = text.split(":")
    return Stage(int(size.removeprefix("crop")), int(images), size.startswith("crop"))


def check_stages(stages: Sequence[Stage], photos: PhotoSet) -> None:
    """Raises ValueError when windows are asked for and the photos' maps, which grade them, are unknown or misfit."""
    side, cells = photos.images.shape[1], photos.cells.shape[1]
    for stage in stages:
        if stage.crop and not cells:
            raise ValueError("stages with `crop` need synthetic skin: a photo's grade does not hold for a part of it")
        if stage.crop and (side % cells or stage.size % (side // cells) or stage.size > side):
            raise ValueError(
                f"crop{stage.size}: windows of {side} px photos have sides of whole {side / cells:g} px cells"
            )


def stage_at(stages: Sequence[Stage], image: int) -> Stage:
    """The stage in which the `image`-th photo of the run falls."""
    for stage in stages:
        if image < stage.images:
            return stage
        image -= stage.images
    return stages[-1]


class Batches:
    """Random access to training batches by step number."""

    def __init__(self, photos: PhotoSet, batch: int, seed: int) -> None:
        self.photos, self.batch, self.seed = photos, batch, seed
        self.per_epoch = max(1, len(photos) // batch)

    def at(self, step: int, stage: Stage) -> Batch:
        """The augmented batch of this step."""
        epoch, place = divmod(step, self.per_epoch)
        order = np.random.default_rng([self.seed, epoch]).permutation(len(self.photos))
        index = np.sort(order[place * self.batch : (place + 1) * self.batch])
        rng = np.random.default_rng([self.seed, epoch, place])
        labels = self.photos.labels[index]
        images, cells = turn(rng, self.photos.images[index], self.photos.cells[index].astype(np.float32))
        if stage.crop:
            images, cells = cut(rng, stage.size, images, cells)
            labels = window_grades(cells)
        known = cells.size > 0
        return Batch(
            jitter(shrink(to_tensor(images), stage.size), rng),
            torch.from_numpy(labels),
            torch.from_numpy(cells.transpose(0, 3, 1, 2).copy()) if known else None,
        )


def to_tensor(images: NDArray[np.uint8]) -> Tensor:
    """(B,S,S,3) uint8 -> (B,3,S,S) float32, 0..255, channels last in memory."""
    return torch.from_numpy(np.ascontiguousarray(images)).permute(0, 3, 1, 2).float()


def shrink(images: Tensor, size: int) -> Tensor:
    """Area average to `size` px; the same tensor when it is there already."""
    return images if images.shape[-1] == size else functional.interpolate(images, size=(size, size), mode="area")


def turn(rng: np.random.Generator, *planes: NDArray) -> list[NDArray]:
    """Flip and turn arrays (B,h,w,C) by quarter turns, each photo on its own, all arrays alike: skin has no up."""
    turned = [np.empty_like(plane) for plane in planes]
    for i in range(len(planes[0])):
        step, quarters = rng.choice((-1, 1)), int(rng.integers(4))
        for new, plane in zip(turned, planes, strict=True):
            new[i] = np.rot90(plane[i][:, ::step], quarters)
    return turned


def cut(rng: np.random.Generator, size: int, images: NDArray, cells: NDArray) -> tuple[NDArray, NDArray]:
    """A window of `size` px out of each photo (B,S,S,3), on the borders of its cells (B,28,28,5)."""
    unit = images.shape[1] // cells.shape[1]
    wide = size // unit
    corners = rng.integers(0, cells.shape[1] - wide + 1, (len(images), 2))
    pixels = [
        image[y * unit : y * unit + size, x * unit : x * unit + size]
        for image, (y, x) in zip(images, corners, strict=True)
    ]
    means = [grid[y : y + wide, x : x + wide] for grid, (y, x) in zip(cells, corners, strict=True)]
    return np.stack(pixels), np.stack(means)


def window_grades(cells: NDArray[np.float32]) -> NDArray[np.int64]:
    """Grades (B,5) measured on windows' maps, given as means over cells (B,h,w,5)."""
    means = cells.mean((1, 2))
    return np.stack([grade_of(key, means[:, a]) for a, key in enumerate(KEYS)], 1)


def jitter(images: Tensor, rng: np.random.Generator) -> Tensor:
    """Mild exposure and white balance changes, as another phone would make."""
    gain = rng.normal(1, 0.08, (len(images), 1, 1, 1)) * rng.normal(1, 0.03, (len(images), 3, 1, 1))
    return (images * torch.from_numpy(gain.astype(np.float32))).clamp(0, 255)
