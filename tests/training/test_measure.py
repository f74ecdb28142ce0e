"""All figures of a grader on a photo set: ceiling, ranges, people, and what is not known."""

import json

import numpy as np

from tests.training.helpers import ALIKE
from training.decoding import Decoding
from training.fairness import tone_table
from training.measure import details, measure
from training.photo_set import PhotoSet, unmapped
from training.runtime import Answers


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
