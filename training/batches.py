"""Training batches: which photos at which step, with which augmentation.

Everything follows from (seed, step, place in the batch), so a resumed run sees the batches of an unbroken one, and
processes that train together see the shares of one.
"""

import hashlib
from dataclasses import dataclass

import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from training import distributed
from training.attributes import KEYS
from training.augmentations import augment
from training.labels import NOT_LABELLED
from training.phantom.maps import grade_of
from training.photo_set import PhotoSet
from training.stages import TURNS, Stage

NONE = "none"  # the augmentation that changes nothing


@dataclass(frozen=True)
class Batch:
    """Images (B,3,size,size) float32 in 0..255, labels (B,5), and where maps are known their means (B,5,h,w)."""

    images: Tensor
    labels: Tensor
    cells: Tensor | None

    def to(self, device: torch.device) -> "Batch":
        """The batch on a device."""
        cells = None if self.cells is None else self.cells.to(device)
        images = self.images.to(device).contiguous(memory_format=torch.channels_last)
        return Batch(images, self.labels.to(device), cells)


class Batches:
    """Random access to training batches by step number; `weights` (N,) draws photos unequally often.

    Maps are used with the default augmentation only: the others move pixels in ways that the maps do not follow.
    """

    def __init__(
        self,
        photos: PhotoSet,
        batch: int,
        seed: int,
        weights: NDArray[np.float64] | None = None,
        augmentation: str = TURNS,
        maps: bool = True,
    ) -> None:
        self.photos, self.batch, self.seed = photos, min(batch, len(photos)), seed
        self.weights, self.augmentation = weights, augmentation
        self.per_epoch = len(photos) // self.batch
        self.mapped = maps and augmentation == TURNS and photos.cells.size > 0

    def digest(self) -> str:
        """A name for the photos learned from, by their labels and people: their pixels may differ between machines."""
        return hashlib.sha256(self.photos.labels.tobytes() + self.photos.people.tobytes()).hexdigest()

    def side_of(self, stage: Stage) -> int:
        """The side in px of whole photos in a stage: beside windows they keep theirs."""
        return self.photos.images.shape[1] if stage.crop else stage.size

    def indices(self, step: int) -> NDArray[np.int64]:
        """The photos of a step, for all processes together."""
        epoch, place = divmod(step, self.per_epoch)
        rng = np.random.default_rng([self.seed, epoch])
        count = len(self.photos)
        order = rng.permutation(count) if self.weights is None else rng.choice(count, count, p=self.weights)
        return order[place * self.batch : (place + 1) * self.batch]

    def at(self, step: int, stage: Stage) -> Batch:
        """This process's share of the augmented batch of a step."""
        places = range(distributed.rank(), self.batch, distributed.world())
        index = self.indices(step)
        drawn = [self._one(int(index[i]), stage, np.random.default_rng([self.seed, step, i])) for i in places]
        images, gains, labels, cells = zip(*drawn, strict=True)
        pixels = to_tensor(np.stack(images))
        sized = shrink(pixels, stage.size) if self.augmentation in (TURNS, NONE) else pixels
        bright = sized * torch.from_numpy(np.stack(gains))
        known = torch.from_numpy(np.stack(cells).transpose(0, 3, 1, 2).copy()) if self.mapped else None
        return Batch(bright.clamp(0, 255), torch.from_numpy(np.stack(labels)), known)

    def _one(self, i: int, stage: Stage, rng: Generator) -> tuple[NDArray, NDArray, NDArray, NDArray]:
        """Pixels (s,s,3), gain per channel (3,1,1), grades (5,) and cells (h,w,5) of one photo."""
        pixels, labels, cells = self.photos.images[i], self.photos.labels[i], self.photos.cells[i].astype(np.float32)
        if self.augmentation != TURNS:
            plain = np.ones((3, 1, 1), np.float32)
            altered = (
                pixels if self.augmentation == NONE else augment(self.augmentation, pixels[None], rng, stage.size)[0]
            )
            return altered, plain, labels, cells
        pixels, cells = turn(rng, pixels, cells)
        if stage.crop:
            pixels, cells = cut(rng, stage.size, pixels, cells)
            labels = np.where(labels == NOT_LABELLED, NOT_LABELLED, window_grades(cells))
        return pixels, gain(rng), labels, cells


def to_tensor(images: NDArray[np.uint8]) -> Tensor:
    """(B,S,S,3) uint8 -> (B,3,S,S) float32, 0..255, channels last in memory."""
    return (
        torch.from_numpy(np.array(images, order="C")).permute(0, 3, 1, 2).float()
    )  # a copy: maps on disk are read-only


def shrink(images: Tensor, size: int) -> Tensor:
    """Area average to `size` px; the same tensor when it is there already."""
    return images if images.shape[-1] == size else functional.interpolate(images, size=(size, size), mode="area")


def turn(rng: Generator, *planes: NDArray) -> list[NDArray]:
    """Flip and turn arrays (h,w,C) of one photo by quarter turns, all alike: skin has no up."""
    step, quarters = rng.choice((-1, 1)), int(rng.integers(4))
    return [np.rot90(plane[:, ::step], quarters) for plane in planes]


def cut(rng: Generator, size: int, pixels: NDArray, cells: NDArray) -> tuple[NDArray, NDArray]:
    """A window of `size` px out of a photo (S,S,3), on the borders of its cells (28,28,5)."""
    unit = pixels.shape[0] // cells.shape[0]
    wide = size // unit
    y, x = rng.integers(0, cells.shape[0] - wide + 1, 2)
    return pixels[y * unit : y * unit + size, x * unit : x * unit + size], cells[y : y + wide, x : x + wide]


def window_grades(cells: NDArray[np.float32]) -> NDArray[np.int64]:
    """Grades (5,) measured on a window's maps, given as means over cells (h,w,5)."""
    return np.array([grade_of(key, mean) for key, mean in zip(KEYS, cells.mean((0, 1)), strict=True)], np.int64)


def gain(rng: Generator) -> NDArray[np.float32]:
    """Mild exposure and white balance change, as another phone would make, per channel (3,1,1)."""
    return (rng.normal(1, 0.08) * rng.normal(1, 0.03, (3, 1, 1))).astype(np.float32)
