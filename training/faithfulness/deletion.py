"""The deletion curve: blur away the places that the map calls important, and see how fast the grade falls.

After Petsiuk et al. (arXiv 1806.07421), with their blur in place of black. Cells of the map are blurred from the most
important on, and the expected grade's fall is set against that of a random order, which blurs as much elsewhere; the
order of the true map shows what there was to gain. Falls are in grades, towards less of the sign.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter
from tqdm import tqdm

from training.attributes import ATTRIBUTES
from training.faithfulness.intervals import interval
from training.faithfulness.places import JUDGED_DEGREES, Floats, degrees_of
from training.graders import Grader
from training.phantom.maps import cell_means
from training.photo_set import PhotoSet

Images = NDArray[np.uint8]
Order = NDArray[np.int64]

STEPS = 8
BLUR = 1 / 8  # sigma, as a share of the photo's side


def deletion_report(grader: Grader, photos: PhotoSet, seed: int) -> dict[str, Any]:
    """Curves and areas per attribute, on those of the photos that show the sign in degree 2 to 4."""
    answers, report = grader.grade(photos.images), {}
    for a, attribute in enumerate(tqdm(ATTRIBUTES, desc="deleting places", unit="attribute")):
        index = np.flatnonzero(np.isin(degrees_of(attribute, photos.clean[:, a]), JUDGED_DEGREES))
        if len(index) == 0:
            report[attribute.key] = {"n": 0}
            continue
        images, start = photos.images[index], answers.expected[index, a]
        orders = orders_of(attribute.sign * answers.maps[index, a], photos.cells[index, ..., a].astype(float), seed)
        ends = {
            name: np.stack([grader.grade(changed).expected[:, a] for changed in blurred_on(images, order)])
            for name, order in orders.items()
        }
        report[attribute.key] = curves({name: attribute.sign * (start - end) for name, end in ends.items()}, seed)
    return report


def orders_of(maps: Floats, cells: Floats, seed: int) -> dict[str, Order]:
    """Orders of deletion by maps (N,h,h), at random, and by the true means (N,28,28)."""
    truth = np.stack([cell_means(cell, maps.shape[-1]) for cell in cells])
    noise = np.random.default_rng(seed).random(maps.shape)
    return {"map": falling(maps), "random": falling(noise), "truth": falling(truth)}


def curves(falls: dict[str, Floats], seed: int) -> dict[str, Any]:
    """Mean falls and the areas between them, for falls (STEPS, photos) of the orders `map`, `random` and `truth`."""
    falls = {name: np.vstack([np.zeros(fall.shape[1]), fall]) for name, fall in falls.items()}
    area = {name: np.asarray(np.trapezoid(fall, dx=1 / STEPS, axis=0)) for name, fall in falls.items()}
    gain = area["map"] - area["random"]
    return {
        "n": len(gain),
        "share_blurred": np.linspace(0, 1, STEPS + 1).tolist(),
        **{f"fall_{name}": fall.mean(1).tolist() for name, fall in falls.items()},
        "area_between": float(gain.mean()),
        "ci95": interval(np.mean, gain, seed=seed),
        "area_between_truth": float((area["truth"] - area["random"]).mean()),
    }


def falling(maps: Floats) -> Order:
    """Cells of maps (N,h,w) by falling value: (N, h*w) places in a row-wise count."""
    return np.argsort(-maps.reshape(len(maps), -1), axis=1, kind="stable")


def blurred_on(images: Images, order: Order) -> Iterator[Images]:
    """Photos (N,S,S,3) with ever more of their cells blurred, in this order (N, h*h), until all are."""
    smooth, cells = blurred(images), order.shape[1]
    for step in range(1, STEPS + 1):
        covered = first_cells(order, round(cells * step / STEPS))
        yield np.where(enlarged(covered, images.shape[1])[..., None], smooth, images)


def first_cells(order: Order, count: int) -> NDArray[np.bool_]:
    """Masks (N,h,h) of the first `count` cells of each order."""
    covered = np.zeros(order.shape, bool)
    np.put_along_axis(covered, order[:, :count], True, 1)
    side = round(order.shape[1] ** 0.5)
    return covered.reshape(-1, side, side)


def enlarged(masks: NDArray[np.bool_], side: int) -> NDArray[np.bool_]:
    """Masks (N,h,h) -> (N,side,side), each pixel as the cell that it lies in."""
    cell = np.arange(side) * masks.shape[1] // side
    return masks[:, cell][:, :, cell]


def blurred(images: Images) -> Images:
    """Photos so far out of focus that only the colour of the skin is left."""
    sigma = BLUR * images.shape[1]
    soft = gaussian_filter(images.astype(np.float32), (0, sigma, sigma, 0), mode="nearest")
    return (soft + 0.5).astype(np.uint8)
