"""P-Recall and its companions against numbers worked by hand, intervals, skin tones, calibration, and decoding."""

import json

import numpy as np
import pytest

from training.bootstrap import interval, resampled_mean
from training.calibration_figures import calibration_error, probability_figures, range_width, reliability
from training.decoding import REWARD, Decoding, expected_grade, plausible_grades, ranked_probability_scores, softmax
from training.fairness import TONE_NAMES, gap_by_chance, tone_report, tone_table
from training.measure import details, measure
from training.metrics import attribute_report, bootstrap_interval, ceiling, covered_share, p_recall, report, table
from training.ordinal import error_by_grade, ordinal_figures
from training.photo_set import PhotoSet, unmapped
from training.runtime import Answers

EVERY = np.repeat(np.arange(5), 20)
ALIKE = np.tile(EVERY[:, None], 5)  # five attributes with the same grades


class Sure:
    """A grader whose answers are given, with ranges of a single grade."""

    name, size, decoding = "sure", 32, Decoding(conformal_q=(0.0,) * 5)


def answers_for(grades: np.ndarray) -> Answers:
    """Answers that are certain of these grades (N,5)."""
    certain = np.eye(5)[grades]
    return Answers(certain, certain, grades.astype(float), np.zeros((len(grades), 5, 2, 2)))


def photos_of(labels: np.ndarray, clean: np.ndarray, tones: np.ndarray, people: np.ndarray | None = None) -> PhotoSet:
    n = len(labels)
    people = np.arange(n) if people is None else people
    return PhotoSet(np.zeros((n, 32, 32, 3), np.uint8), labels, clean, tones, tones, unmapped(n), people)


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


def test_attributes_are_resampled_together():
    answers = np.clip(ALIKE + np.random.default_rng(3).integers(-1, 2, (100, 1)), 0, 4)
    assert report(ALIKE, answers, seed=5)["ci95"] == report(ALIKE, answers, seed=5)["attributes"]["oil"]["ci95"]


def test_a_resample_without_a_label_of_an_attribute_leaves_that_attribute_out():
    truth = np.full((3, 5), -1)
    truth[0, 0], truth[:, 1] = 2, 2
    answers = np.where(np.arange(5) == 0, 0, 2)[None].repeat(3, 0)
    draws = resampled_mean(truth, answers)
    assert set(np.round(draws, 6)) == {1.0, 0.25} and interval(draws) == (0.25, 1.0)


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


def test_a_grader_that_answers_the_clean_grades_reaches_all_of_the_ceiling():
    rated = np.clip(ALIKE + np.random.default_rng(0).choice((0, 0, 0, 1, -1), ALIKE.shape), 0, 4)
    figures = measure(Sure(), answers_for(ALIKE), photos_of(rated, ALIKE, np.arange(100) % 6), seed=0)
    assert figures["ceiling"]["share_reached"] == 1 and figures["ceiling"]["mean_p_recall_present"] < 1
    assert figures["mean_p_recall_present"] == 1 and "100.0 %" in details(figures)
    json.dumps(figures, allow_nan=False)


def test_ranges_are_measured_against_rated_and_clean_grades():
    rated = ALIKE.copy()
    rated[:50] = (rated[:50] + 1) % 5
    figures = measure(Sure(), answers_for(ALIKE), photos_of(rated, ALIKE, np.zeros(100, int)), seed=0)
    oil = figures["attributes"]["oil"]
    assert oil["range_coverage_rated"] == 0.5 and oil["range_coverage_clean"] == 1 and oil["range_width"] == 1
    assert oil["calibration"]["rated"]["ece"] == 0.5 and oil["calibration"]["clean"]["ece"] == 0


def test_photos_of_one_person_are_resampled_together():
    answers, none = answers_for(np.where(np.arange(100)[:, None] % 2, ALIKE, 2)), np.full(100, -1)
    alone = measure(Sure(), answers, photos_of(ALIKE, ALIKE, none, people=none), seed=0)["ci95"]
    together = measure(Sure(), answers, photos_of(ALIKE, ALIKE, none, people=np.zeros(100, int)), seed=0)["ci95"]
    assert together[0] == together[1] and alone[0] < alone[1]


def test_photos_without_tones_labels_or_noise_are_measured_too():
    unknown = np.full(100, -1)
    labels = np.where(np.arange(5) == 0, ALIKE, -1)
    figures = measure(Sure(), answers_for(ALIKE), photos_of(labels, labels, unknown), seed=0)
    assert figures["tones"] is None and figures["ceiling"] is None and "not known" in details(figures)
    assert figures["attributes"]["wrinkle"]["calibration"]["rated"]["ece"] is None
    assert "fewer than two" in tone_table(figures["tones"])


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
