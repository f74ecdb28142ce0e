"""Counterfactual twins: the same skin under the same camera with one attribute's grade changed, and nothing else.

What twins' answers differ in, that attribute has caused. The changed attribute's grade should follow the step, the
others' should stay (what they move is leakage), and the map should change where the sign did.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from training.attributes import ATTRIBUTES, GRADES, KEYS, Attribute
from training.faithfulness.energy import energy_in_mask
from training.faithfulness.intervals import interval
from training.faithfulness.places import Floats, Ints, sign_masks, upsampled
from training.graders import Grader
from training.phantom.maps import cell_means
from training.photo_set import CELLS, PhotoSet, draw_input
from training.runtime import Answers


@dataclass(frozen=True)
class Change:
    """What changing one attribute did to N photos, as twin minus photo.

    steps (N,) of its grade, never 0; moves (N,5) of the expected grades; maps (N,h,h), its own severity map; cells
    (N,28,28), its true map.
    """

    steps: Ints
    moves: Floats
    maps: Floats
    cells: Floats


def twin_report(grader: Grader, photos: PhotoSet, seed: int) -> dict[str, Any]:
    """Per attribute what its change did; `photos` are the first of the set that `render_set` draws from `seed`."""
    before, changed = grader.grade(photos.images), other_grades(photos.clean, seed)
    report = {}
    for a, attribute in enumerate(tqdm(ATTRIBUTES, desc="grading twins", unit="attribute")):
        grades = photos.clean.copy()
        grades[:, a] = changed[:, a]
        images, cells = render_twins(seed, grades, attribute, grader.size)
        steps, moved = grades[:, a] - photos.clean[:, a], cells - photos.cells[..., a]
        report[attribute.key] = change_summary(attribute, change(steps, moved, before, grader.grade(images), a))
    return report


def other_grades(clean: Ints, seed: int) -> Ints:
    """For each grade another one, all four equally likely."""
    return (clean + np.random.default_rng(seed).integers(1, GRADES, clean.shape)) % GRADES


def render_twins(seed: int, grades: Ints, shown: Attribute, size: int) -> tuple[NDArray[np.uint8], Floats]:
    """The first photos of the set `seed` with grades (N,5): images (N,size,size,3) and cells of `shown` (N,28,28)."""
    images, cells = [], []
    for index, row in enumerate(tqdm(grades.tolist(), desc=f"rendering twins: {shown.key}", unit="photo", leave=False)):
        phantom, pixels = draw_input(seed, index, row, size)
        images.append(pixels)
        cells.append(cell_means(phantom.maps[shown.key], CELLS))
    return np.stack(images), np.stack(cells)


def change(steps: Ints, cells: Floats, before: Answers, after: Answers, a: int) -> Change:
    """The change of the attribute in column `a` between two sets of answers."""
    return Change(steps, after.expected - before.expected, after.maps[:, a] - before.maps[:, a], cells)


def change_summary(attribute: Attribute, what: Change) -> dict[str, Any]:
    """Moves of the expected grades per grade step, and how much of the map's change lies where the sign's does."""
    per_step = what.moves / what.steps[:, None]
    own = KEYS.index(attribute.key)
    others = [b for b in range(len(KEYS)) if b != own]
    masks = sign_masks(np.abs(what.cells))
    perfect = np.stack([cell_means(np.abs(cell), what.maps.shape[-1]) for cell in what.cells])
    inside, best = (energy_in_mask(np.abs(upsampled(maps)), masks) for maps in (what.maps, perfect))
    return {
        "n": len(what.steps),
        "response_per_step": float(per_step[:, own].mean()),
        "ci95": interval(np.mean, per_step[:, own], seed=0),
        "leakage_per_step": float(np.abs(per_step[:, others]).mean()),
        "others_per_step": {KEYS[b]: float(per_step[:, b].mean()) for b in others},
        "map_change_inside": mean_or_none(inside * masks.mean((1, 2))),
        "changed_area": float(masks.mean()),
        "map_change_ratio": mean_or_none(inside),
        "map_change_ratio_perfect": mean_or_none(best),
    }


def mean_or_none(values: Floats) -> float | None:
    """Mean over the photos whose maps changed at all."""
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else None
