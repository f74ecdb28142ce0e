"""Figures of ordered grades against numbers worked by hand."""

import numpy as np
import pytest

from tests.training.helpers import EVERY
from training.metrics import attribute_report
from training.ordinal import error_by_grade, ordinal_figures


def test_ordinal_figures_are_as_worked_by_hand():
    truth, answers = np.array([0, 0, 1, 1, 2, 4]), np.array([0, 1, 1, 1, 2, 2])
    figures = ordinal_figures(truth, answers)
    assert error_by_grade(truth, answers).tolist() == [0.5, 0, 0, 2]
    assert figures["amae"] == 2.5 / 4 and figures["mmae"] == 2
    assert figures["macro_recall"] == (0.5 + 1 + 1 + 0) / 4
    # Squared distances: seen 0 + 1 + 0 + 0 + 0 + 4 = 5; of independent draws 13.5.
    chance = sum((t - a) ** 2 for t in truth for a in answers) / 6
    assert figures["qwk"] == pytest.approx(1 - 5 / chance)


def test_any_rising_answers_rank_perfectly():
    assert ordinal_figures(np.array([0, 1, 2]), np.array([1, 3, 4]))["spearman"] == pytest.approx(1)


def test_constant_answers_have_no_rank_correlation_and_no_kappa_of_their_own():
    figures = attribute_report(EVERY, np.full(100, 2))
    assert figures["spearman"] is None and figures["qwk"] == 0 and figures["macro_recall"] == pytest.approx(0.2)
    assert attribute_report(np.full(4, 2), np.full(4, 2))["qwk"] is None


def test_a_miss_of_a_rare_grade_weighs_more_in_amae_than_in_mae():
    figures = attribute_report(np.array([0] * 99 + [4]), np.zeros(100, int))
    assert figures["mae"] == pytest.approx(0.04) and figures["amae"] == 2 and figures["mmae"] == 4
