"""Places are blurred from the strongest on, and the area between the curves is that of arithmetic."""

from dataclasses import replace

import numpy as np
import pytest

from tests.training.faithfulness.helpers import OneCell
from training.faithfulness import deletion


def test_places_are_deleted_from_the_strongest_on():
    order = deletion.falling(np.array([[[0.1, 0.9], [0.5, 0.2]]]))
    assert order.tolist() == [[1, 2, 3, 0]]
    assert deletion.first_cells(order, 2).tolist() == [[[False, True], [True, False]]]


def test_each_step_blurs_more_until_the_whole_photo_is_blurred():
    images = np.random.default_rng(0).integers(0, 256, (2, 30, 30, 3), np.uint8)  # 30 px do not divide by 7 cells
    order = deletion.falling(np.random.default_rng(1).random((2, 7, 7)))
    steps = list(deletion.blurred_on(images, order))
    kept = [(step == images).all(-1).mean() for step in steps]
    assert kept == sorted(kept, reverse=True) and np.array_equal(steps[-1], deletion.blurred(images))


def test_the_area_between_curves_is_as_worked_by_hand(monkeypatch, skin):
    monkeypatch.setattr(deletion, "blurred", np.zeros_like)
    white = replace(skin, images=np.full_like(skin.images, 255))
    report = deletion.deletion_report(OneCell(), white, seed=0)
    # The map's first step takes all 4 grades; a trapezoid is lost at the start: 4 * (8 - 1/2) / 8.
    assert report["oil"]["fall_map"] == [0] + [4] * 8
    random_area = np.trapezoid(report["oil"]["fall_random"], dx=1 / 8)
    assert report["oil"]["area_between"] == pytest.approx(3.75 - random_area)
    # Hydration's map is read the other way round, so the corner goes last; its grade should have risen, not fallen.
    assert report["hydration"]["fall_map"] == [0] * 8 + [-4]
    assert report["oil"]["n"] == np.sum(skin.clean[:, 0] >= 2)


def test_curves_count_photos_once_each():
    still, falls = np.zeros((8, 2)), np.tile(np.array([1.0, 3.0]), (8, 1))
    figures = deletion.curves({"map": falls, "random": still, "truth": falls}, seed=0)
    assert figures["area_between"] == pytest.approx(2 * 7.5 / 8) == figures["area_between_truth"]
    assert figures["ci95"] == pytest.approx([7.5 / 8, 3 * 7.5 / 8])
