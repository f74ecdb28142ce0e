"""P-Recall against numbers worked by hand, intervals, and decoding."""

import numpy as np
import pytest

from training.decoding import REWARD, Decoding, expected_grade, plausible_grades
from training.metrics import attribute_report, bootstrap_interval, covered_share, p_recall, report, table

EVERY = np.repeat(np.arange(5), 20)


@pytest.mark.parametrize(("answer", "value"), [(0, -0.3), (1, 0.1), (2, 0.2), (3, 0.1), (4, -0.3)])
def test_constant_answers_score_as_worked_by_hand(answer, value):
    assert p_recall(EVERY, np.full(100, answer))[0] == pytest.approx(value)


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


def test_an_attribute_without_labels_has_no_figure():
    figures = report(np.full((4, 5), -1), np.zeros((4, 5), int))
    assert figures["mean_p_recall"] is None and figures["attributes"]["oil"]["ci95"] == [None, None]
    assert "oil" in table(figures)


def test_the_interval_is_reproducible_and_holds_the_figure():
    rng = np.random.default_rng(3)
    answers = np.clip(EVERY + rng.integers(-1, 2, 100), 0, 4)
    low, high = bootstrap_interval(EVERY, answers, seed=5)
    assert (low, high) == bootstrap_interval(EVERY, answers, seed=5)
    assert low < p_recall(EVERY, answers)[1] < high


def test_resampling_groups_is_wider_when_groups_are_alike():
    groups = np.arange(100) // 10
    answers = np.where(groups % 2, EVERY, 2)
    alone, grouped = bootstrap_interval(EVERY, answers), bootstrap_interval(EVERY, answers, groups=groups)
    assert grouped[1] - grouped[0] > alone[1] - alone[0]


def test_utilities_of_a_uniform_prior_are_the_expected_rewards():
    logits = np.random.default_rng(0).normal(size=(7, 5, 5))
    decoding = Decoding()
    p = decoding.probabilities(logits)
    assert np.allclose(decoding.utilities(logits), np.einsum("nay,yk->nak", p, REWARD))


def test_a_rare_grade_gains_from_the_prior_down_to_the_floor():
    prior = (0.5, 0.3, 0.15, 0.04, 0.01)
    decoding = Decoding(prior=(prior,) * 5)
    logits = np.log(np.array(prior))[None, None].repeat(5, 1)
    assert decoding.probabilities(logits).argmax() == 0
    assert np.allclose(np.exp(decoding.log_prior())[0], (0.5, 0.3, 0.15, 0.04, 0.02))


def test_expected_grade_is_the_mean():
    assert expected_grade(np.array([0, 0.5, 0, 0.5, 0])) == pytest.approx(2.0)


def test_ranges_are_contiguous_hold_the_likeliest_and_grow_with_q():
    p = np.random.default_rng(1).dirichlet(np.ones(5), (50, 5))
    narrow, wide = (plausible_grades(p, np.full(5, q)) for q in (0.1, 0.8))
    likeliest = p.argmax(-1)
    assert ((narrow[0] <= likeliest) & (likeliest <= narrow[1])).all()
    assert ((wide[0] <= narrow[0]) & (narrow[1] <= wide[1])).all()


def test_coverage_counts_labelled_truths_only():
    truth = np.array([0, 3, -1])
    assert covered_share(truth, np.array([0, 0, 0]), np.array([1, 1, 1])) == 0.5
