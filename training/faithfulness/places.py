"""One attribute's maps and their truth on one grid: what the map says, where the sign is, what any rival would score.

The grid is that of `PhotoSet.cells`. Maps are brought to it bilinearly while they still have their sign, as clients
draw them, and turned so that positive is more of the sign: for hydration, whose sign is flakes, that is -M.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from training.attributes import ATTRIBUTES, GRADES, Attribute
from training.phantom.maps import cell_means
from training.photo_set import CELLS

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

CENTRE_SIGMA = 0.25  # of the centre prior, as a share of the side
JUDGED_DEGREES = (2, 3, 4)  # below, the sign is too faint to judge a map by


@dataclass(frozen=True)
class Places:
    """Photos with the sign of one attribute: maps, perfect maps, centre prior and masks, each (N,28,28).

    `perfect` is the truth seen at the resolution of the maps. `grades` (N,) are clean; `degrees` (N,) 1..4 count how
    strong the sign is, which for hydration falls with the grade.
    """

    maps: Floats
    perfect: Floats
    centre: Floats
    masks: Bools
    grades: Ints
    degrees: Ints

    def take(self, index: Ints | Bools) -> "Places":
        """The photos at `index`."""
        return Places(*(getattr(self, name)[index] for name in self.__dataclass_fields__))


def places(attribute: Attribute, maps: Floats, cells: Floats, grades: Ints) -> Places:
    """Photos with the sign, of maps (N,h,h) as a grader gives them, true means (N,28,28) and clean grades (N,)."""
    degrees = degrees_of(attribute, grades)
    masks = sign_masks(cells)
    seen = (degrees > 0) & masks.any((1, 2))
    perfect = upsampled(np.stack([cell_means(cell, maps.shape[-1]) for cell in cells]))
    centre = np.broadcast_to(centre_prior(), cells.shape)
    turned = upsampled(attribute.sign * maps)
    return Places(turned, perfect, centre, masks, grades, degrees).take(seen)


def degrees_of(attribute: Attribute, grades: Ints) -> Ints:
    """How strong the sign is at these grades, 0 (none) .. 4."""
    return grades if attribute.sign > 0 else GRADES - 1 - grades


def sign_masks(cells: Floats) -> Bools:
    """Cells that hold more than their share of the sign: those above the mean of their own photo (N,28,28).

    A threshold that follows the photo keeps the area between .05 and .5 at every grade. A fixed one would take in
    nearly all of a strong oil film, where even a perfect map is no better than chance.
    """
    return cells > cells.mean((1, 2), keepdims=True)


def upsampled(maps: Floats) -> Floats:
    """Maps (N,h,w) on the grid, bilinearly between the centres of their cells."""
    tensor = torch.from_numpy(np.ascontiguousarray(maps, np.float64))[None]
    return functional.interpolate(tensor, size=(CELLS, CELLS), mode="bilinear", align_corners=False)[0].numpy()


def centre_prior() -> Floats:
    """A Gaussian in the middle of the grid: what a map that ignores the photo may look like."""
    axis = (np.arange(CELLS) + 0.5) / CELLS - 0.5
    profile = np.exp(-0.5 * (axis / CENTRE_SIGMA) ** 2)
    return np.outer(profile, profile)


def by_grade(where: Places, summarise: Callable[[Places], dict[str, Any]]) -> dict[str, Any]:
    """Summaries under `judged`, all photos of degree 2 to 4, and under `grades`, each grade that shows the sign."""
    judged = where.take(np.isin(where.degrees, JUDGED_DEGREES))
    each = {str(grade): summarise(where.take(where.grades == grade)) for grade in np.unique(where.grades)}
    return {"judged": summarise(judged), "grades": each}


def every_attribute(
    score: Callable[[Places], dict[str, Any]], maps: Floats, cells: NDArray[np.floating], clean: Ints
) -> dict[str, Any]:
    """`score` of each attribute by key, for maps (N,5,h,h), cells (N,28,28,5) and clean grades (N,5)."""
    truth = cells.astype(np.float64)
    return {one.key: score(places(one, maps[:, a], truth[..., a], clean[:, a])) for a, one in enumerate(ATTRIBUTES)}
