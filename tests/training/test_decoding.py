"""From logits to grades: temperature, prior and reward; ranges that hold the likeliest grade."""

import numpy as np
import pytest

from training.decoding import REWARD, Decoding, expected_grade, plausible_grades, ranked_probability_scores, softmax


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
