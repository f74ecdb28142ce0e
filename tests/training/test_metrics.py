"""P-Recall, its companions and the ceiling that noise sets, against numbers worked by hand."""

import numpy as np
import pytest

from tests.training.helpers import ALIKE, EVERY
from training.metrics import attribute_report, ceiling, covered_share, p_recall, report, table


@pytest.mark.parametrize(("answer", "value"), [(0, -0.3), (1, 0.1), (2, 0.2), (3, 0.1), (4, -0.3)])
def test_constant_answers_score_as_worked_by_hand(answer, value):
    assert p_recall(EVERY, np.full(100, answer))[0] == pytest.approx(value)


@pytest.mark.parametrize(("answer", "value"), [(0, 0.0), (1, 0.3), (2, 0.3), (3, 0.0), (4, -0.5)])
def test_constant_answers_without_grade_4_score_as_worked_by_hand(answer, value):
    truth = EVERY[EVERY < 4]
    assert p_recall(truth, np.full(len(truth), answer))[0] == pytest.approx(value)


def test_perfect_answers_score_one():
    assert p_recall(EVERY, EVERY) == (1.0, 1.0)


def test_an_absent_grade_lowers_the_five_grade_figure_only():
    truth = EVERY[EVERY < 4]
    assert p_recall(truth, truth) == (pytest.approx(0.8), 1.0)


def test_each_grade_counts_alike_however_rare():
    truth = np.array([0] * 99 + [1])
    answers = np.zeros(100, int)
    assert p_recall(truth, answers)[1] == pytest.approx((1 + 0.5) / 2)


def test_unlabelled_photos_are_left_out():
    figures = attribute_report(np.array([-1, 2, -1, 3]), np.array([0, 2, 4, 3]))
    assert figures["n"] == [0, 0, 1, 1, 0] and figures["p_recall_present"] == 1.0


def test_companions_are_as_counted_by_hand():
    figures = attribute_report(np.array([0, 1, 2, 2]), np.array([0, 2, 2, 4]))
    assert figures["accuracy"] == 0.5 and figures["within_one"] == 0.75 and figures["mae"] == 0.75
    assert figures["confusion"] == [[1, 0, 0, 0, 0], [0, 0, 1, 0, 0], [0, 0, 1, 0, 1], [0] * 5, [0] * 5]
    # per grade 1, .5 and (1 - .5) / 2; three of five grades are present
    assert figures["p_recall"] == pytest.approx(1.75 / 5) and figures["p_recall_present"] == pytest.approx(1.75 / 3)


def test_the_mean_leaves_out_attributes_without_labels():
    truth = np.full((5, 5), -1)
    truth[:, 0] = truth[:, 1] = np.arange(5)
    answers = np.full((5, 5), 2)
    answers[:, 0] = np.arange(5)
    figures = report(truth, answers)
    assert figures["mean_p_recall"] == figures["mean_p_recall_present"] == pytest.approx(0.6)
    assert "1.000" in table(figures) and "0.200" in table(figures)


def test_the_table_shows_both_ways_with_their_intervals():
    truth = np.where(ALIKE == 4, 3, ALIKE)
    figures = report(truth, np.clip(truth + np.random.default_rng(3).integers(-1, 2, truth.shape), 0, 4))
    for one in (figures, *figures["attributes"].values()):
        for ends in (one["ci95_all"], one["ci95"]):
            assert " .. ".join(f"{end:.3f}" for end in ends) in table(figures)


def test_an_attribute_without_labels_has_no_figure():
    figures = report(np.full((4, 5), -1), np.zeros((4, 5), int))
    assert figures["mean_p_recall"] is None and figures["attributes"]["oil"]["ci95"] == [None, None]
    assert "oil" in table(figures)


def test_coverage_counts_labelled_truths_only():
    truth = np.array([0, 3, -1])
    assert covered_share(truth, np.array([0, 0, 0]), np.array([1, 1, 1])) == 0.5


def test_noise_leaves_a_perfect_grader_less_than_one():
    clean = ALIKE.copy()
    rated = clean.copy()
    rated[::20] += np.where(rated[::20] < 4, 1, -1)  # one in twenty of each grade, and one grade off
    best = ceiling(rated, clean)
    # Each rated grade holds 19 right ones, and of neighbours that earn a half: grade 0 none, grade 3 two, others one.
    assert best["mean_p_recall"] == pytest.approx((1 + 3 * 19.5 / 20 + 20 / 21) / 5, abs=1e-6)
    assert best["attributes"]["oil"]["accuracy"] == 0.95


def test_without_known_noise_there_is_no_ceiling():
    assert ceiling(ALIKE, ALIKE) is None
