"""The eleven rows of the seed's two augmentation tables, by name, with albumentations, which the seed used.

The seed gave names, not settings. These are the library's defaults: the rows after a resize change every second photo.
Sides are stated at the seed's base of 512 px and scale with the run's own base side: 1024 is twice the base. Crops keep
the labels of the whole photo, as the seed did, although a sign may lie outside.
"""

import os
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

BASE = 512  # px, the seed's base side
AREA, REFLECT = 3, 4  # cv2.INTER_AREA and cv2.BORDER_REFLECT_101

Transforms = list[Any]


@dataclass(frozen=True)
class Row:
    """One row: the side of its photos at the seed's base, what makes them, and the row that validation photos take."""

    pixels: int
    build: Callable[[ModuleType, int], Transforms]
    validation: str

    def side(self, base: int) -> int:
        """Side in px of the photos it gives in a run whose base side is `base`."""
        return round(self.pixels * base / BASE)

    def transform(self, scale: float) -> Any:
        """An albumentations `Compose` for HxWx3 uint8 photos, with every side `scale` times the seed's."""
        library = _library()
        return library.Compose(self.build(library, round(self.pixels * scale)))


def shown_side(name: str, base: int) -> int:
    """Side in px of the photos that a network is shown in a run with this augmentation at base side `base`."""
    return AUGMENTATIONS[name].side(base) if name in AUGMENTATIONS else base


def augment(name: str, images: NDArray[np.uint8], rng: np.random.Generator, side: int) -> NDArray[np.uint8]:
    """Photos (B,S,S,3) uint8 as row `name` makes them at the base side `side`: (B,side',side',3) uint8.

    side' is twice `side` for the 1024 rows, else `side`. Every photo draws its own chances from `rng`, which alone
    decides them. Raises ValueError for an unknown name and for photos smaller than side', which hold too little detail.
    """
    row = row_named(name)
    if images.shape[1] < row.side(side):
        raise ValueError(f"{name} at base side {side} needs photos of {row.side(side)} px, not {images.shape[1]} px")
    transform = row.transform(side / BASE)
    transform.set_random_state(rng, random.Random(int(rng.integers(2**63))))
    return np.stack([transform(image=image)["image"] for image in images])


def row_named(name: str) -> Row:
    """The row called `name`; ValueError with all names when there is none."""
    if name not in AUGMENTATIONS:
        raise ValueError(f"'{name}' is no augmentation; choose one of {', '.join(AUGMENTATIONS)}")
    return AUGMENTATIONS[name]


def _library() -> ModuleType:
    # It would ask the package index for a newer version when imported; training needs no network.
    os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")
    import albumentations

    return albumentations


def _resize(library: ModuleType, side: int) -> Transforms:
    # By area: within one level of the box resize that phones use.
    return [library.Resize(side, side, interpolation=AREA)]


def _random_resized_crop(library: ModuleType, side: int) -> Transforms:
    return [library.RandomResizedCrop((side, side), area_for_downscale="image")]


def _after_resize(make: Callable[[ModuleType], Any]) -> Row:
    """A row of the second table: the base resize, then one transform."""
    return Row(512, lambda library, side: [*_resize(library, side), make(library)], "resize_512")


AUGMENTATIONS: Mapping[str, Row] = {
    "resize_512": Row(512, _resize, "resize_512"),
    "resize_1024": Row(1024, _resize, "resize_1024"),
    "centre_crop_512": Row(512, lambda library, side: [library.CenterCrop(side, side)], "centre_crop_512"),
    "random_crop_512": Row(512, lambda library, side: [library.RandomCrop(side, side)], "centre_crop_512"),
    "random_resized_crop_512": Row(512, _random_resized_crop, "resize_512"),
    "random_resized_crop_1024": Row(1024, _random_resized_crop, "resize_1024"),
    "RGBShift": _after_resize(lambda library: library.RGBShift()),
    "ISONoise": _after_resize(lambda library: library.ISONoise()),
    # A black rim, the newer default, would tell the network which photos were bent; the seed's version reflected.
    "OpticalDistortion": _after_resize(lambda library: library.OpticalDistortion(border_mode=REFLECT)),
    "RandomBrightness": _after_resize(lambda library: library.RandomBrightnessContrast(contrast_limit=0)),
    "HorizontalFlip": _after_resize(lambda library: library.HorizontalFlip()),
}
