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

from training.photo_set import PhotoSet


@dataclass(frozen=True)
class Stage:
    """Train at `size` px for `images` photos."""

    size: int
    images: int


def parse_stages(text: str) -> list[Stage]:
    """`96:30000,192:20000` -> two stages, small photos first. Raises ValueError with what was wrong."""
    try:
        stages = [Stage(*map(int, item.split(":"))) for item in text.split(",")]
    except (TypeError, ValueError):
        raise ValueError(f"'{text}' is no list of stages; write SIDE:IMAGES,… such as 96:30000,192:20000") from None
    if any(stage.size < 32 or stage.images < 1 for stage in stages):
        raise ValueError(f"'{text}': sides start at 32 px and every stage needs at least one photo")
    return stages


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

    def at(self, step: int, size: int) -> tuple[Tensor, Tensor]:
        """Augmented images (B,3,size,size) float32 in 0..255 and labels (B,5) of this step."""
        epoch, place = divmod(step, self.per_epoch)
        order = np.random.default_rng([self.seed, epoch]).permutation(len(self.photos))
        index = np.sort(order[place * self.batch : (place + 1) * self.batch])
        rng = np.random.default_rng([self.seed, epoch, place])
        images = shrink(to_tensor(augment(self.photos.images[index], rng)), size)
        return jitter(images, rng), torch.from_numpy(self.photos.labels[index])


def to_tensor(images: NDArray[np.uint8]) -> Tensor:
    """(B,S,S,3) uint8 -> (B,3,S,S) float32, 0..255, channels last in memory."""
    return torch.from_numpy(np.ascontiguousarray(images)).permute(0, 3, 1, 2).float()


def shrink(images: Tensor, size: int) -> Tensor:
    """Area average to `size` px; the same tensor when it is there already."""
    return images if images.shape[-1] == size else functional.interpolate(images, size=(size, size), mode="area")


def augment(images: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Flip and turn by quarter turns, each photo on its own: skin has no up."""
    turned = np.empty_like(images)
    for i, image in enumerate(images):
        turned[i] = np.rot90(image[:, :: rng.choice((-1, 1))], int(rng.integers(4)))
    return turned


def jitter(images: Tensor, rng: np.random.Generator) -> Tensor:
    """Mild exposure and white balance changes, as another phone would make."""
    gain = rng.normal(1, 0.08, (len(images), 1, 1, 1)) * rng.normal(1, 0.03, (len(images), 3, 1, 1))
    return (images * torch.from_numpy(gain.astype(np.float32))).clamp(0, 255)
