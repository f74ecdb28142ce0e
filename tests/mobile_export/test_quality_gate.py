"""The gate that asks for another photo: what it catches, whom it sends back, and what clients make of it."""

import numpy as np
import pytest

from mobile_export.quality_gate import degradations, expose, false_refusals, quality_gate, refused, thresholds
from sample_clients.python.scorer import advice
from training.attributes import KEYS
from training.photo_set import PhotoSet, unmapped

SIDE, EACH = 48, 40
TONES = np.repeat([0, 3, 5, -1], EACH)
SHADE = {0: 210, 3: 150, 5: 95, -1: 120}  # grey level of a tone class's skin


def runner(image):
    """The `quality` output by its definition."""
    rgb = image[0].numpy().astype(np.float64)
    luma = np.tensordot([0.299, 0.587, 0.114], rgb, 1) / 255
    clipped = (np.clip(1 - rgb, 0, 1) + np.clip(rgb - 254, 0, 1)).mean()
    edges = luma[:-2, 1:-1] + luma[2:, 1:-1] + luma[1:-1, :-2] + luma[1:-1, 2:] - 4 * luma[1:-1, 1:-1]
    return {"quality": np.array([luma.mean(), clipped, edges.var()])}


@pytest.fixture(scope="module")
def photos() -> PhotoSet:
    """Skin-like photos whose edges fade with their tone, as they do on dark skin."""
    rng = np.random.default_rng(0)
    images = []
    for tone in TONES:
        shade = SHADE[int(tone)] * rng.uniform(0.9, 1.1)
        images.append(shade + shade / 12 * rng.standard_normal((SIDE, SIDE, 1)) + np.zeros(3))
    order = rng.permutation(len(TONES))
    unknown = np.full((len(TONES), len(KEYS)), -1)
    held = np.clip(np.array(images), 0, 255).astype(np.uint8)[order]
    return PhotoSet(held, unknown, unknown, TONES[order], TONES[order], unmapped(len(TONES)), np.arange(len(TONES)))


@pytest.fixture(scope="module")
def gate(photos):
    return quality_gate(runner, photos)


def test_thresholds_have_the_names_that_clients_read(gate):
    low, high = gate["luma"]
    assert 0 < low < high <= 1 and gate["clipped"] >= 0 and gate["sharpness"] > 0
    assert advice(gate, (low + high) / 2, 0.0, gate["sharpness"] * 2) == []
    assert len(advice(gate, low / 2, gate["clipped"] + 0.1, gate["sharpness"] / 2)) == 3


def test_good_photos_pass_in_every_tone_class_and_dark_skin_no_less_than_light(gate):
    false = gate["false_refusal"]
    assert false["share"] <= 0.01
    assert {name: one["n"] > 0 for name, one in false["by_tone"].items()} == dict.fromkeys(
        ("unknown", "very light", "tan", "dark"), True
    )
    assert false["by_tone"]["dark"]["share"] <= false["by_tone"]["very light"]["share"] + 0.01


def test_strong_degradations_are_caught_and_every_one_is_reported(gate):
    assert set(gate["caught"]) == set(degradations())
    assert gate["caught"]["exposure -4 EV"] > 0.9 and gate["caught"]["exposure +3 EV"] > 0.9
    assert gate["caught"]["defocus 3.0% of the side"] > 0.9
    assert gate["caught"]["exposure -4 EV"] >= gate["caught"]["exposure -2 EV"]


def test_one_tone_class_alone_moves_the_bound_for_all(photos):
    quality = np.stack([runner_of(image) for image in photos.images])
    light = photos.tones != 5
    assert thresholds(quality, photos.tones)["luma"][0] < thresholds(quality[light], photos.tones[light])["luma"][0]


def runner_of(image: np.ndarray) -> np.ndarray:
    from training.batches import to_tensor

    return runner(to_tensor(image[None]))["quality"]


def test_the_gate_refuses_what_the_client_gives_advice_on():
    gate = {"luma": [0.2, 0.9], "clipped": 0.03, "sharpness": 1e-4}
    rng = np.random.default_rng(1)
    quality = np.stack([rng.uniform(0, 1, 300), rng.uniform(0, 0.06, 300), rng.uniform(0, 2e-4, 300)], 1)
    quality[:3] = [[0.2, 0.03, 1e-4], [0.9, 0, 1], [0.5, 0, 1]]
    assert refused(gate, quality).tolist() == [bool(advice(gate, *row)) for row in quality.tolist()]
    assert not refused(gate, quality)[:3].any()


def test_false_refusals_are_counted_per_tone():
    gate = {"luma": [0.2, 0.9], "clipped": 0.03, "sharpness": 1e-4}
    quality = np.array([[0.5, 0, 1], [0.1, 0, 1], [0.5, 0, 1], [0.5, 0, 1]])
    found = false_refusals(gate, quality, np.array([5, 5, 0, 0]))
    assert found == {"share": 0.25, "by_tone": {"very light": {"n": 2, "share": 0.0}, "dark": {"n": 2, "share": 0.5}}}


def test_exposure_is_linear_in_light_and_none_at_zero_stops():
    levels = np.arange(256, dtype=np.uint8).reshape(16, 16, 1).repeat(3, 2)
    assert np.array_equal(expose(levels, 0), levels)
    assert expose(np.full((2, 2, 3), 188, np.uint8), -1).max() in range(136, 138)  # half of half the light


def test_defocus_keeps_brightness_and_takes_edges(photos):
    blurred = degradations()["defocus 3.0% of the side"](photos.images[0])
    before, after = runner_of(photos.images[0]), runner_of(blurred)
    assert abs(before[0] - after[0]) < 0.02 and after[2] < before[2] / 4
