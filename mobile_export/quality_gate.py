"""Where an app asks for another photo: too dark, too bright, blurred. Chosen and measured on synthetic degradations.

Thresholds are chosen on every other photo and measured on the rest. Tone classes are looked at one by one, so that dark
skin, whose photos are darker and have fainter edges, is not refused more often than light skin. The price is known and
printed: a light face two stops under looks like a dark one well exposed, and passes.
"""

import sys
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import convolve
from tqdm import tqdm

from training.batches import to_tensor
from training.fairness import TONE_NAMES
from training.photo_set import PhotoSet
from training.runtime import Runner

TAIL = 0.005  # share of a tone class's good photos that may lie beyond the bound
MARGIN = 0.1  # beyond that bound
RULE = (
    "bound: the 0.5 % quantile (for luma's upper end and clipped 99.5 %) of good photos in the tone class where it is"
    " most extreme; threshold: a tenth beyond the bound"
)
GOOD, DEGRADED = 1200, 60  # photos at most, as they are and per degradation
STOPS = (-4, -3, -2, 1, 2, 3)  # exposure
RADII = (0.005, 0.01, 0.015, 0.02, 0.03)  # of the disc of defocus, as a share of the side

Pixels = NDArray[np.uint8]
Quality = NDArray[np.float64]


def quality_gate(runner: Runner, photos: PhotoSet) -> dict[str, Any]:
    """Thresholds by `RULE` from the graph's own `quality` output, with what they refuse; printed on stderr too."""
    photos = photos.take(slice(0, GOOD))
    chosen, rest = photos.take(slice(0, None, 2)), photos.take(slice(1, None, 2))
    rest = rest if len(rest) else chosen
    gate = thresholds(measured(runner, chosen.images, "quality of good photos"), chosen.tones)
    figures = {
        "rule": RULE,
        "photos": {"chosen_on": len(chosen), "measured_on": len(rest), "per_degradation": min(DEGRADED, len(rest))},
        "false_refusal": false_refusals(gate, measured(runner, rest.images, "quality of other photos"), rest.tones),
        "caught": caught(runner, gate, rest.images[:DEGRADED]),
    }
    show(gate | figures)
    return gate | figures


def measured(runner: Runner, images: NDArray, what: str) -> Quality:
    """(N,3): luma, clipped, sharpness as the exported file gives them."""
    return np.stack([runner(to_tensor(image[None]))["quality"] for image in tqdm(images, desc=what, unit="photo")])


def thresholds(quality: Quality, tones: NDArray[np.int64]) -> dict[str, Any]:
    """What clients compare with: `luma` [least, most], most `clipped`, least `sharpness`."""
    classes = [quality[tones == tone] for tone in np.unique(tones)]
    low = np.min([np.quantile(one, TAIL, axis=0) for one in classes], axis=0) * (1 - MARGIN)
    high = np.max([np.quantile(one, 1 - TAIL, axis=0) for one in classes], axis=0) * (1 + MARGIN)
    return {
        "luma": [round(float(low[0]), 4), round(float(min(high[0], 1)), 4)],
        "clipped": round(float(high[1]), 4),
        "sharpness": round(float(low[2]), 7),
    }


def refused(gate: dict[str, Any], quality: Quality) -> NDArray[np.bool_]:
    """Which photos the gate sends back, as clients decide it."""
    luma, clipped, sharpness = quality.T
    exposed = (luma >= gate["luma"][0]) & (luma <= gate["luma"][1]) & (clipped <= gate["clipped"])
    return ~(exposed & (sharpness >= gate["sharpness"]))


def false_refusals(gate: dict[str, Any], quality: Quality, tones: NDArray[np.int64]) -> dict[str, Any]:
    """Share of good photos sent back, over all and per tone class."""
    sent_back = refused(gate, quality)
    names = {int(tone): TONE_NAMES[tone] if tone >= 0 else "unknown" for tone in np.unique(tones)}
    by_tone = {
        name: {"n": int((tones == t).sum()), "share": _share(sent_back[tones == t])} for t, name in names.items()
    }
    return {"share": _share(sent_back), "by_tone": by_tone}


def caught(runner: Runner, gate: dict[str, Any], images: NDArray[np.uint8]) -> dict[str, float]:
    """Share of photos sent back after each degradation."""
    rates = {}
    for name, degrade in degradations().items():
        spoilt = np.stack([degrade(image) for image in images])
        rates[name] = _share(refused(gate, measured(runner, spoilt, f"quality, {name}")))
    return rates


def degradations() -> dict[str, Callable[[Pixels], Pixels]]:
    """What goes wrong with a photo, by name, on input bytes (S,S,3)."""
    ways: dict[str, Callable[[Pixels], Pixels]] = {}
    ways |= {f"exposure {stops:+d} EV": partial(expose, stops=stops) for stops in STOPS}
    return ways | {f"defocus {radius:.1%} of the side": partial(defocus, radius=radius) for radius in RADII}


def expose(pixels: Pixels, stops: float) -> Pixels:
    """As if the camera had let in 2**stops times the light."""
    return _encoded(_linear(pixels) * 2.0**stops)


def defocus(pixels: Pixels, radius: float) -> Pixels:
    """Blurred by a disc in linear light. No noise is added again: resizing from megapixels averages it away."""
    r = radius * len(pixels)
    y, x = np.mgrid[-int(r) - 1 : int(r) + 2, -int(r) - 1 : int(r) + 2]
    disc = np.clip(r + 0.5 - np.hypot(x, y), 0, 1)
    light = _linear(pixels)
    return _encoded(np.stack([convolve(light[..., c], disc / disc.sum(), mode="nearest") for c in range(3)], -1))


def _linear(pixels: Pixels) -> NDArray[np.float64]:
    value = pixels / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def _encoded(light: NDArray[np.float64]) -> Pixels:
    value = np.clip(light, 0, 1)
    encoded = np.where(value <= 0.0031308, 12.92 * value, 1.055 * value ** (1 / 2.4) - 0.055)
    return (encoded * 255 + 0.5).astype(np.uint8)


def _share(which: NDArray[np.bool_]) -> float:
    return round(float(which.mean()), 4)


def show(gate: dict[str, Any]) -> None:
    """The gate and its price."""
    luma, false = gate["luma"], gate["false_refusal"]
    bounds = f"luma {luma[0]}..{luma[1]}, clipped up to {gate['clipped']}, sharpness from {gate['sharpness']}"
    tones = ", ".join(f"{name} {one['share']:.1%} of {one['n']}" for name, one in false["by_tone"].items())
    print(f"quality gate: {bounds}", file=sys.stderr)
    print(f"  good photos refused: {false['share']:.2%} ({tones})", file=sys.stderr)
    for name, share in gate["caught"].items():
        print(f"  {name}: {share:.0%} refused", file=sys.stderr)
