"""Parts of the report by hand-made findings: its claims, gallery, mistakes, plots and words."""

from dataclasses import replace

import numpy as np
import pytest

from tests.training.helpers import noise_photos
from training.attributes import ATTRIBUTES, KEYS
from training.report import gallery
from training.report.claims import grades, ranges, tones, weakest
from training.report.findings import Findings, constant_answer
from training.report.gallery import picked, strength
from training.report.mistakes import ranked
from training.report.plot import Plot, ticks
from training.report.words import listed, percent_ends, spread
from training.runtime import Answers


def hand_made(**changes):
    """Findings of five attributes that all look alike, but for `changes` of oil."""
    one = {
        "n": [20] * 5, "p_recall_present": 0.8, "ci95": [0.7, 0.9], "within_one": 0.95,
        "range_coverage_rated": 0.9, "range_width": 2.0,
    }  # fmt: skip
    figures = {"attributes": {key: dict(one) for key in KEYS}, "tones": None}
    figures["attributes"]["oil"] |= changes
    return Findings(noise_photos(1), "", 2, None, figures, None, {})


def test_a_constant_answer_earns_two_tenths_when_all_grades_are_there():
    assert constant_answer([3, 9, 1, 1, 40]) == pytest.approx(0.2)
    assert constant_answer([0, 5, 5, 0, 0]) == pytest.approx(0.75)


def test_an_attribute_is_graded_only_where_its_interval_is_above_a_constant_answer():
    able, unable = grades(hand_made(ci95=[0.15, 0.9]))
    assert able.able and "oil" not in able.text and "hydration, wrinkles, pigmentation and sensitivity" in able.text
    assert not unable.able and unable.text == "grade oil any better than by always giving the same grade."


def test_the_weakest_attribute_is_named_once():
    (claim,) = weakest(hand_made(p_recall_present=0.5, ci95=[0.4, 0.6]))
    assert claim.text.startswith("grade oil as well as the rest: P-Recall 0.500 (0.400 to 0.600), and 5.0 % of")
    assert not list(weakest(hand_made(p_recall_present=0.1, ci95=[0.0, 0.2])))


def test_ranges_keep_their_promise_within_chance():
    assert [claim.able for claim in ranges(hand_made(range_coverage_rated=0.85))] == [True]
    kept, broken = ranges(hand_made(range_coverage_rated=0.8))
    assert "oil" not in kept.text and "for oil: " in broken.text and "80.0 % of the photos, 90 %" in broken.text


@pytest.mark.parametrize(("gap", "able"), [(0.1, False), (0.03, True)])
def test_a_gap_between_tones_counts_when_chance_does_not_reach_it(gap, able):
    found = hand_made()
    found.figures["tones"] = {
        "largest_gap": gap, "largest_gap_by_chance": 0.05, "largest_gap_between": ["dark", "tan"]
    }  # fmt: skip
    assert [claim.able for claim in tones(found)] == [able]


def test_the_gallery_shows_the_first_photo_of_each_degree():
    oil, hydration = ATTRIBUTES[:2]
    grades_of_set = np.array([1, 4, 2, 0, 2, 3, 0])
    assert picked(oil, grades_of_set) == [3, 2, 5, 1]
    assert picked(hydration, grades_of_set) == [1, 2, 0, 3]
    assert picked(oil, np.array([1, 1])) == []


def test_the_gallery_marks_hydration_where_it_is_low(monkeypatch):
    monkeypatch.setattr(gallery, "heat", lambda pixels, strength: strength)
    maps, none = np.zeros((1, 5, 4, 4)), np.zeros((1, 5, 5))
    maps[0, 1, 0, 0], maps[0, 1, 3, 3] = -1, 1
    photos = replace(noise_photos(1), clean=np.zeros((1, 5), int), cells=np.zeros((1, 28, 28, 5), np.float16))
    found = Findings(photos, "", 1, Answers(none, none, none[..., 0], maps), {}, None, {})
    (_, (shown,)) = gallery.gallery(found)[1]
    assert shown.model[0, 0] >= 1 and shown.model[-1, -1] == 0 and not shown.truth.any()


def test_heat_has_one_scale_for_all_photos_and_hides_what_speaks_against_a_sign():
    maps = np.stack([np.full((4, 4), 1.0), np.full((4, 4), 0.5), np.full((4, 4), -1.0)])
    assert strength(maps)[:, 0, 0] == pytest.approx([1, 0.5, 0])
    assert not strength(np.zeros((2, 4, 4))).any()


def test_mistakes_are_ranked_by_distance_then_by_how_little_the_truth_was_believed():
    truth = np.array([[0, 0, 0, 0, 0], [4, 0, 0, 0, -1], [2, 1, 0, 0, 0], [2, 0, 0, 0, 0]])
    answers = np.array([[0, 0, 0, 0, 0], [0, 0, 0, 0, 4], [0, 0, 0, 0, 0], [0, 0, 0, 0, 0]])
    probabilities = np.full((4, 5, 5), 0.2)
    probabilities[3, 0, 2] = 0.01
    assert ranked(truth, answers, probabilities) == [(1, 0), (3, 0), (2, 0)]


def test_ticks_are_round_and_inside():
    assert [label for _, label in ticks((0, 137_984))] == ["0", "50,000", "100,000"]
    assert [label for _, label in ticks((0.0, 1.0))] == ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]
    assert [label for _, label in ticks((-0.32, 0.05))] == ["-0.3", "-0.2", "-0.1", "0.0"]


def test_a_plot_puts_the_ends_of_its_axes_on_its_edges():
    plot = Plot("", "", "", (0, 10), (-1, 1), width=340, height=220)
    assert (plot.across(0), plot.across(10)) == (40, 330) and (plot.down(1), plot.down(-1)) == (24, 186)


def test_figures_in_words():
    assert listed(ATTRIBUTES[:1]) == "oil" and listed(ATTRIBUTES[:3]) == "oil, hydration and wrinkles"
    assert spread([0.25, 0.75]) == "0.250 to 0.750" and spread([0.5]) == "0.500" and spread([-0.0001]) == "0.000"
    assert percent_ends([0, 0.5]) == "0.0 to 50.0 %" and percent_ends(None) == percent_ends([None, None]) == "-"
