"""The gap between skin tones: between best and worst, beside what chance alone would show."""

import numpy as np
import pytest

from tests.training.helpers import ALIKE
from training.fairness import TONE_NAMES, gap_by_chance, tone_report, tone_table


def test_the_largest_gap_is_between_the_best_and_the_worst_tone():
    tones = np.tile(np.arange(4), 25)
    answers = np.where((tones == 3)[:, None], 2, ALIKE)
    figures = tone_report(ALIKE, answers, tones)
    assert [row["n"] for row in figures["classes"]] == [25] * 4
    # Tone 3 is always answered 2: (-.5 + .5 + 1 + .5 - .5) / 5 = .2, the others 1.
    assert figures["largest_gap"] == pytest.approx(0.8) and figures["largest_gap_between"][0] == TONE_NAMES[3]
    assert figures["largest_gap_by_chance"] < 0.5 and "tan below" in tone_table(figures)


def test_a_fair_grader_shows_no_larger_gap_than_chance():
    rng = np.random.default_rng(1)
    answers = np.clip(ALIKE + rng.integers(-1, 2, ALIKE.shape), 0, 4)
    figures = tone_report(ALIKE, answers, rng.integers(0, 6, 100))
    assert 0 < figures["largest_gap"] < figures["largest_gap_by_chance"]
    low, high = figures["largest_gap_ci95"]
    ends = [row["ci95"] for row in figures["classes"]]
    # Of the gap itself: shorter than from the worst class's lower end to the best one's upper end.
    assert low < high < max(end[1] for end in ends) - min(end[0] for end in ends)


def test_perfect_answers_leave_no_gap_to_chance():
    assert gap_by_chance(ALIKE, ALIKE, np.arange(100) % 6, seed=0) == 0


def test_one_tone_alone_has_no_gap():
    assert tone_report(ALIKE, ALIKE, np.zeros(100, int)) is None
