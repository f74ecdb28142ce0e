"""Intervals are reproducible, resample people and attributes together, and hold their figure."""

import numpy as np
import pytest

from tests.training.helpers import ALIKE, EVERY
from training.bootstrap import interval, resampled, resampled_mean
from training.metrics import p_recall, report


def present_interval(answers, **settings):
    """The interval of P-Recall over the grades present."""
    return interval(resampled(EVERY, answers, **settings)[:, 1])


@pytest.mark.parametrize("way", [0, 1])
def test_intervals_of_both_ways_are_reproducible_and_hold_their_figure(way):
    truth = EVERY[EVERY < 4]
    answers = np.clip(truth + np.random.default_rng(3).integers(-1, 2, len(truth)), 0, 4)
    low, high = interval(resampled(truth, answers, seed=5)[:, way])
    assert (low, high) == interval(resampled(truth, answers, seed=5)[:, way])
    assert low < p_recall(truth, answers)[way] < high


def test_an_absent_grade_lowers_the_interval_of_all_five_in_proportion():
    truth = EVERY[EVERY < 4]
    draws = resampled(truth, np.clip(truth + np.random.default_rng(3).integers(-1, 2, len(truth)), 0, 4))
    assert np.allclose(draws[:, 0], draws[:, 1] * 4 / 5)


def test_reports_give_an_interval_for_each_way():
    truth = np.where(ALIKE == 4, 3, ALIKE)
    figures = report(truth, np.clip(truth + np.random.default_rng(3).integers(-1, 2, truth.shape), 0, 4))
    for one in (figures, figures["attributes"]["oil"]):
        assert one["ci95"][0] < one["ci95"][1]
        assert one["ci95_all"] == pytest.approx([end * 4 / 5 for end in one["ci95"]], abs=1e-6)


def test_intervals_drawn_in_blocks_are_those_drawn_at_once(monkeypatch):
    answers = np.clip(EVERY + np.random.default_rng(3).integers(-1, 2, 100), 0, 4)
    whole = present_interval(answers)
    monkeypatch.setattr("training.bootstrap.BLOCK", 700)
    assert present_interval(answers) == whole


def test_one_group_has_an_interval_without_width():
    answers = np.where(EVERY == 2, 2, 1)
    low, high = present_interval(answers, groups=np.full(100, 7))
    assert low == high == pytest.approx(p_recall(EVERY, answers)[1])


def test_resampling_groups_is_wider_when_groups_are_alike():
    groups = np.arange(100) // 10
    answers = np.where(groups % 2, EVERY, 2)
    alone, grouped = present_interval(answers), present_interval(answers, groups=groups)
    assert grouped[1] - grouped[0] > alone[1] - alone[0]


def test_attributes_are_resampled_together():
    answers = np.clip(ALIKE + np.random.default_rng(3).integers(-1, 2, (100, 1)), 0, 4)
    assert report(ALIKE, answers, seed=5)["ci95"] == report(ALIKE, answers, seed=5)["attributes"]["oil"]["ci95"]


def test_a_resample_without_a_label_of_an_attribute_leaves_that_attribute_out():
    truth = np.full((3, 5), -1)
    truth[0, 0], truth[:, 1] = 2, 2
    answers = np.where(np.arange(5) == 0, 0, 2)[None].repeat(3, 0)
    draws = resampled_mean(truth, answers)
    assert set(np.round(draws[:, 1], 6)) == {1.0, 0.25} and interval(draws[:, 1]) == (0.25, 1.0)
