"""P-Recall against numbers worked by hand, intervals, and decoding."""

import numpy as np
import pytest

from training.decoding import REWARD, Decoding, expected_grade, plausible_grades, ranked_probability_scores, softmax
from training.metrics import attribute_report, bootstrap_interval, covered_share, p_recall, report, table

EVERY = np.repeat(np.arange(5), 20)


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


def test_intervals_drawn_in_blocks_are_those_drawn_at_once(monkeypatch):
    answers = np.clip(EVERY + np.random.default_rng(3).integers(-1, 2, 100), 0, 4)
    whole = bootstrap_interval(EVERY, answers)
    monkeypatch.setattr("training.metrics.BLOCK", 700)
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


def test_utilities_of_a_uniform_prior_are_the_expected_rewards():
    logits = np.random.default_rng(0).normal(size=(7, 5, 5))
    decoding = Decoding()
    p = decoding.probabilities(logits)
    assert np.allclose(decoding.utilities(logits), np.einsum("nay,yk->nak", p, REWARD))


def test_a_uniform_prior_answers_as_the_cost_alone_would():
    logits = np.random.default_rng(2).normal(size=(200, 5, 5)) * 2
    assert np.array_equal(Decoding().utilities(logits).argmax(-1), (softmax(logits) @ REWARD).argmax(-1))


def test_temperature_changes_certainty_and_not_the_likeliest_grade():
    logits = np.random.default_rng(2).normal(size=(50, 5, 5))
    cold, warm = Decoding().probabilities(logits), Decoding(temperature=(3.0,) * 5).probabilities(logits)
    assert np.array_equal(cold.argmax(-1), warm.argmax(-1)) and (warm.max(-1) < cold.max(-1)).all()


def test_a_record_reads_back_as_it_was_written():
    decoding = Decoding(temperature=(1.5,) * 5, floor=0.03, conformal_q=(0.4,) * 5)
    assert Decoding.from_record(decoding.as_record()) == decoding


def test_a_rare_grade_gains_from_the_prior_down_to_the_floor():
    prior = (0.5, 0.3, 0.15, 0.04, 0.01)
    decoding = Decoding(prior=(prior,) * 5)
    logits = np.log(np.array(prior))[None, None].repeat(5, 1)
    assert decoding.probabilities(logits).argmax() == 0
    assert np.allclose(np.exp(decoding.log_prior())[0], (0.5, 0.3, 0.15, 0.04, 0.02))


def test_logits_that_only_repeat_the_prior_are_answered_in_the_middle():
    prior = (0.5, 0.2, 0.15, 0.1, 0.05)
    utilities = Decoding(prior=(prior,) * 5).utilities(np.log(np.array(prior))[None].repeat(5, 0))
    assert np.allclose(utilities, [-0.3, 0.1, 0.2, 0.1, -0.3])  # a flat posterior: the values of constant answers


def test_expected_grade_is_the_mean():
    assert expected_grade(np.array([0, 0.5, 0, 0.5, 0])) == pytest.approx(2.0)


def test_ranges_hold_the_likeliest_and_grow_with_q():
    p = np.random.default_rng(1).dirichlet(np.ones(5), (50, 5))
    likeliest = p.argmax(-1)
    ranges = [plausible_grades(p, np.full(5, q)) for q in (0.0, 0.1, 0.3, 0.8, 4.0)]
    for low, high in ranges:
        assert ((low <= likeliest) & (likeliest <= high)).all()
    for narrow, wide in zip(ranges, ranges[1:], strict=False):
        assert ((wide[0] <= narrow[0]) & (narrow[1] <= wide[1])).all()
    assert (ranges[-1][0] == 0).all() and (ranges[-1][1] == 4).all()


def test_the_grades_under_a_threshold_are_contiguous():
    p = np.random.default_rng(4).dirichlet(np.full(5, 0.4), 2000)
    inside = ranked_probability_scores(p) <= 0.5
    entries = (np.diff(np.pad(inside, ((0, 0), (1, 1))).astype(int)) == 1).sum(-1)
    assert (entries <= 1).all()


def test_a_ranked_probability_score_is_as_worked_by_hand():
    # Grade 1 for certain: against truth 1 no cumulated share differs, against 3 two do, against 4 three do.
    assert ranked_probability_scores(np.array([0.0, 1, 0, 0, 0])).tolist() == [1, 0, 1, 2, 3]


def test_coverage_counts_labelled_truths_only():
    truth = np.array([0, 3, -1])
    assert covered_share(truth, np.array([0, 0, 0]), np.array([1, 1, 1])) == 0.5
