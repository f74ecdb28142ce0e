"""Twins differ in one grade alone; what a grader and its map do about it is that of arithmetic."""

import numpy as np
import pytest

from tests.training.faithfulness.helpers import SIDE, WRINKLE, blobs, coarse
from training.faithfulness import twins


def test_a_twin_with_nothing_changed_is_the_photo_itself(skin):
    images, cells = twins.render_twins(6, skin.clean[:2], WRINKLE, 64)
    assert np.array_equal(images, skin.images[:2])
    assert np.allclose(cells, skin.cells[:2, ..., 2].astype(float), atol=1e-3)


def test_twins_always_change_the_grade_and_stay_within_the_scale():
    clean = np.tile(np.arange(5), (200, 1))
    other = twins.other_grades(clean, seed=0)
    assert (other != clean).all() and set(np.unique(other)) == set(range(5))


def test_a_grader_that_follows_each_step_responds_by_one_and_leaks_nothing():
    steps = np.array([1, -2, 3])
    moves = np.zeros((3, 5))
    moves[:, 2] = steps
    cells = blobs(3) * steps[:, None, None]
    figures = twins.change_summary(WRINKLE, twins.Change(steps, moves, coarse(cells), cells))
    assert figures["response_per_step"] == 1 and figures["leakage_per_step"] == 0
    assert figures["map_change_ratio"] == pytest.approx(figures["map_change_ratio_perfect"])
    assert figures["map_change_inside"] == pytest.approx(figures["map_change_ratio"] * figures["changed_area"], rel=0.2)


def test_leakage_does_not_cancel_between_photos():
    moves = np.zeros((2, 5))
    moves[:, 0] = 0.4, -0.4
    still = np.zeros((2, SIDE, SIDE))
    figures = twins.change_summary(WRINKLE, twins.Change(np.array([1, 1]), moves, still, blobs(2)))
    assert figures["leakage_per_step"] == pytest.approx(0.1) and figures["others_per_step"]["oil"] == 0
    assert figures["map_change_ratio"] is None  # its map did not change at all
