"""Weights that balance five attributes at once: on the seed's counts and label pattern, and at the edges."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from training.attributes import GRADES, KEYS
from training.grade_weights import grade_counts
from training.photo_set import SEED_COUNTS
from training.sampler import balanced_weights, imbalance

# The seed's photos of each part, and the parts on which it labelled an attribute.
PHOTOS_OF_PART = (1358, 680, 680, 680)
LABELLED_PARTS = {
    "oil": (0, 1, 2),
    "hydration": (3,),
    "wrinkle": (1, 2, 3),
    "pigmentation": (0, 2),
    "sensitivity": (0, 1, 2, 3),
}


@pytest.fixture(scope="module")
def seed_labels() -> np.ndarray:
    """The seed's training set: its counts exactly, its parts, its missing labels; grades independent of one another."""
    rng, parts = np.random.default_rng(0), np.repeat(range(4), PHOTOS_OF_PART)
    labels = np.full((len(parts), len(KEYS)), -1)
    for a, key in enumerate(KEYS):
        grades = np.repeat(range(GRADES), SEED_COUNTS[key])
        allowed = np.flatnonzero(np.isin(parts, LABELLED_PARTS[key]))
        labels[rng.permutation(allowed)[: len(grades)], a] = grades
    return labels


def test_counts_are_those_of_the_seed(seed_labels):
    assert np.array_equal(grade_counts(seed_labels), [SEED_COUNTS[key] for key in KEYS])


def test_every_attribute_of_the_seed_gets_far_more_even_at_once(seed_labels):
    ratios = imbalance(seed_labels, balanced_weights(seed_labels))
    assert {key: round(r["before"]) for key, r in ratios.items()} == {
        "oil": 58,
        "hydration": 7,
        "wrinkle": 67,
        "pigmentation": 19,
        "sensitivity": 111,
    }
    assert max(r["after"] for r in ratios.values()) < 7
    assert all(r["after"] < r["before"] / 6 for r in ratios.values())


def test_balancing_one_attribute_as_the_seed_did_leaves_the_others_uneven(seed_labels):
    sensitivity = seed_labels[:, KEYS.index("sensitivity")]
    share = np.where(sensitivity < 0, 0, 1 / np.bincount(sensitivity[sensitivity >= 0])[sensitivity])
    ratios = imbalance(seed_labels, share / share.sum())
    assert ratios["sensitivity"]["after"] == pytest.approx(1)
    assert min(ratios[key]["after"] for key in ("oil", "wrinkle")) > 15


def test_no_photo_is_drawn_more_often_than_allowed_and_more_is_more_even(seed_labels):
    worst = []
    for most in (2.0, 5.0, 20.0):
        weights = balanced_weights(seed_labels, most)
        assert weights.max() * len(weights) <= most * (1 + 1e-9)
        worst.append(max(r["after"] for r in imbalance(seed_labels, weights).values()))
    assert worst == sorted(worst, reverse=True) and worst[-1] < 4


def test_attributes_keep_their_share_of_the_draws(seed_labels):
    before, after = grade_counts(seed_labels), grade_counts(seed_labels, balanced_weights(seed_labels))
    assert after.sum(1) == pytest.approx(before.sum(1), rel=0.02)


def test_a_set_that_is_even_already_is_drawn_uniformly():
    labels = np.stack([np.roll(np.arange(100) % GRADES, a) for a in range(len(KEYS))], 1)
    assert balanced_weights(labels) == pytest.approx(np.full(100, 0.01))


def test_one_attribute_alone_is_drawn_by_inverse_frequency():
    labels = np.full((20, 5), -1)
    labels[:, 2] = np.repeat([0, 1, 3], [12, 6, 2])
    assert balanced_weights(labels) == pytest.approx(np.repeat([1 / 36, 1 / 18, 1 / 6], [12, 6, 2]), rel=1e-5)


def test_two_attributes_are_balanced_without_adding_a_link_between_them():
    labels = np.full((60, 5), -1)
    labels[:, 0] = np.repeat([0, 0, 1, 1], [30, 10, 5, 15])
    labels[:, 1] = np.repeat([0, 1, 0, 1], [30, 10, 5, 15])
    weights = balanced_weights(labels)
    assert grade_counts(labels, weights)[:2, :2] == pytest.approx(np.full((2, 2), 30), rel=1e-4)
    each = weights[[0, 30, 40, 45]]
    assert each[0] * each[3] == pytest.approx(each[1] * each[2], rel=1e-4)  # so nothing nearer to uniform balances both


def test_photos_without_a_label_are_drawn_only_when_there_is_nothing_else():
    labels = np.full((4, 5), -1)
    assert balanced_weights(labels) == pytest.approx(np.full(4, 0.25))
    labels[1:, 3] = 2
    assert balanced_weights(labels) == pytest.approx([0, 1 / 3, 1 / 3, 1 / 3])


def test_attributes_with_one_grade_or_no_label_break_nothing():
    labels = np.full((30, 5), -2)
    labels[:, 0], labels[:, 1] = 3, np.repeat([0, 4], [20, 10])
    ratios = imbalance(labels, balanced_weights(labels))
    assert ratios["oil"] == {"before": 1, "after": pytest.approx(1)}
    assert ratios["hydration"] == {"before": 2, "after": pytest.approx(1, rel=1e-4)}
    assert ratios["wrinkle"] == {"before": None, "after": None}


def test_a_grade_that_is_never_drawn_shows_as_infinite():
    labels = np.repeat([[0], [1]], 5, 1)
    assert imbalance(labels, np.array([1.0, 0.0]))["oil"] == {"before": 1, "after": float("inf")}


def test_weights_follow_the_photos_and_not_their_order(seed_labels):
    order = np.random.default_rng(1).permutation(len(seed_labels))
    assert balanced_weights(seed_labels[order]) == pytest.approx(balanced_weights(seed_labels)[order], rel=1e-6)


def test_equal_labels_give_the_same_weights_every_time(seed_labels):
    assert np.array_equal(balanced_weights(seed_labels), balanced_weights(seed_labels))


@settings(deadline=None, max_examples=60)
@given(
    arrays(np.int64, st.tuples(st.integers(1, 40), st.just(5)), elements=st.integers(-2, 4)),
    st.sampled_from([1.0, 1.5, 10.0, 1e6]),
)
def test_any_labels_give_chances_within_bounds(labels, most):
    weights = balanced_weights(labels, most)
    useful = (labels >= 0).any(1).sum() or len(labels)
    assert weights.sum() == pytest.approx(1)
    assert (weights >= 0).all() and weights.max() <= most / useful * (1 + 1e-9)


def test_grades_that_exclude_one_another_are_met_halfway():
    # Oil wants thirds, wrinkle wants halves, but wrinkle 0 comes with oil 4 only and wrinkle 4 with the other two.
    labels = np.array([[0, -1, 4, -1, -1]] * 50 + [[2, -1, 4, -1, -1]] * 5 + [[4, -1, 0, -1, -1]] * 3)
    ratios = imbalance(labels, balanced_weights(labels, 1e6))
    assert [ratios[key]["after"] for key in ("oil", "wrinkle")] == pytest.approx([2**0.5] * 2)


def test_no_photos_and_a_bound_below_one_are_refused():
    with pytest.raises(ValueError, match="at least one photo"):
        balanced_weights(np.empty((0, 5), int))
    with pytest.raises(ValueError, match="`most` of 1 or more"):
        balanced_weights(np.zeros((3, 5), int), 0.5)
