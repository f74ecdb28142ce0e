"""Intervals are reproducible, resample people and attributes together, and hold their figure."""

import numpy as np
import pytest

from tests.training.helpers import ALIKE, EVERY
from training.bootstrap import interval, resampled_mean
from training.metrics import bootstrap_interval, p_recall, report


def test_the_interval_is_reproducible_and_holds_the_figure():
    rng = np.random.default_rng(3)
    answers = np.clip(EVERY + rng.integers(-1, 2, 100), 0, 4)
    low, high = bootstrap_interval(EVERY, answers, seed=5)
    assert (low, high) == bootstrap_interval(EVERY, answers, seed=5)
    assert low < p_recall(EVERY, answers)[1] < high


def test_intervals_drawn_in_blocks_are_those_drawn_at_once(monkeypatch):
    answers = np.clip(EVERY + np.random.default_rng(3).integers(-1, 2, 100), 0, 4)
    whole = bootstrap_interval(EVERY, answers)
    monkeypatch.setattr("training.bootstrap.BLOCK", 700)
    assert bootstrap_interval(EVERY, answers) == whole


def test_one_group_has_an_interval_without_width():
    answers = np.where(EVERY == 2, 2, 1)
    low, high = bootstrap_interval(EVERY, answers, groups=np.full(100, 7))
    assert low == high == pytest.approx(p_recall(EVERY, answers)[1])


def test_resampling_groups_is_wider_when_groups_are_alike():
    groups = np.arange(100) // 10
    answers = np.where(groups % 2, EVERY, 2)
    alone, grouped = bootstrap_interval(EVERY, answers), bootstrap_interval(EVERY, answers, groups=groups)
    assert grouped[1] - grouped[0] > alone[1] - alone[0]


def test_attributes_are_resampled_together():
    answers = np.clip(ALIKE + np.random.default_rng(3).integers(-1, 2, (100, 1)), 0, 4)
    assert report(ALIKE, answers, seed=5)["ci95"] == report(ALIKE, answers, seed=5)["attributes"]["oil"]["ci95"]


def test_a_resample_without_a_label_of_an_attribute_leaves_that_attribute_out():
    truth = np.full((3, 5), -1)
    truth[0, 0], truth[:, 1] = 2, 2
    answers = np.where(np.arange(5) == 0, 0, 2)[None].repeat(3, 0)
    draws = resampled_mean(truth, answers)
    assert set(np.round(draws, 6)) == {1.0, 0.25} and interval(draws) == (0.25, 1.0)
