"""Whether probabilities and ranges are honest: worked by hand, and on draws from them."""

import numpy as np
import pytest

from training.calibration_figures import calibration_error, probability_figures, range_width, reliability
from training.decoding import softmax


def test_the_width_of_a_range_counts_grades():
    assert range_width(np.array([0, 2]), np.array([0, 4])) == 2


def test_reliability_and_calibration_error_are_as_worked_by_hand():
    p = np.array([[0.7, 0.3, 0, 0, 0], [0.75, 0.25, 0, 0, 0], [0, 1, 0, 0, 0]])
    bins = reliability(p, np.array([0, 1, 1]))
    assert bins == [{"n": 2, "confidence": 0.725, "accuracy": 0.5}, {"n": 1, "confidence": 1.0, "accuracy": 1.0}]
    assert calibration_error(bins) == pytest.approx(2 / 3 * 0.225)


def test_honest_probabilities_have_a_small_calibration_error_and_bold_ones_a_large_one():
    rng = np.random.default_rng(0)
    p = rng.dirichlet(np.ones(5), 5000)
    truth = (p.cumsum(1) < rng.random((5000, 1))).sum(1)
    bold = softmax(3 * np.log(p))
    assert probability_figures(p, truth)["ece"] < 0.02 < 0.2 < probability_figures(bold, truth)["ece"]
    assert probability_figures(p, truth)["rps"] < probability_figures(bold, truth)["rps"]


def test_the_mean_ranked_probability_score_is_as_worked_by_hand():
    certain = np.eye(5)[[1, 1]]
    assert probability_figures(certain, np.array([1, 3]))["rps"] == 1  # 0 and 2
