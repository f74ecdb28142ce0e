"""Energy in the mask of hand-made maps is that of arithmetic, and the bar holds for good ones alone."""

import numpy as np
import pytest

from tests.training.faithfulness.helpers import EACH_GRADE, HYDRATION, OIL, SIDE, blobs, coarse
from training.faithfulness.energy import energy_in_mask, energy_report
from training.faithfulness.places import centre_prior, degrees_of, places, sign_masks, upsampled
from training.faithfulness.pointing import hits
from training.phantom.maps import cell_means


def judged(maps: np.ndarray) -> dict:
    return energy_report(places(OIL, maps, blobs(), EACH_GRADE), seed=0)


def test_an_even_map_scores_chance():
    masks = sign_masks(blobs())
    even = np.full(masks.shape, 0.3)
    assert energy_in_mask(even, masks) == pytest.approx(1.0)
    assert hits(even, masks) == pytest.approx(masks.mean((1, 2)))


def test_a_map_outside_the_mask_scores_nothing():
    masks = sign_masks(blobs())
    outside = (~masks).astype(float)
    assert not energy_in_mask(outside, masks).any() and not hits(outside, masks).any()


def test_a_map_inside_the_mask_scores_one_over_its_area():
    masks = sign_masks(blobs())
    assert energy_in_mask(masks.astype(float), masks) == pytest.approx(1 / masks.mean((1, 2)))


def test_energy_is_as_worked_by_hand():
    mask = np.array([[[True, False], [False, False]]])
    # 3 of 3 + 1 lies in a quarter of the places; what is negative is not shown
    assert energy_in_mask(np.array([[[3.0, 1.0], [-5.0, 0.0]]]), mask) == pytest.approx([3.0])


def test_a_map_that_shows_nothing_has_no_energy_and_is_counted():
    maps = coarse(blobs())
    maps[EACH_GRADE == 2] = -1
    row = judged(maps)["grades"]["2"]
    assert row == {"n": 0, "n_empty": 3} and not judged(maps)["holds"]


def test_a_perfect_map_goes_all_the_way_and_holds():
    report = judged(5 * coarse(blobs()))
    assert report["holds"] and report["judged"]["n"] == 9
    assert report["judged"]["ratio"] == pytest.approx(report["judged"]["ratio_perfect"])
    assert report["judged"]["share_of_perfect"] == pytest.approx(1.0)


def test_a_map_halfway_between_even_and_perfect_is_halfway():
    perfect = coarse(blobs())
    even = np.ones_like(perfect) * upsampled(perfect).mean((1, 2), keepdims=True)
    assert judged(perfect + even)["judged"]["share_of_perfect"] == pytest.approx(0.5)


def test_a_map_of_the_centre_scores_as_the_centre_prior_and_does_not_hold():
    report = judged(np.broadcast_to(cell_means(centre_prior(), SIDE), (len(EACH_GRADE), SIDE, SIDE)))
    assert report["judged"]["ratio"] == pytest.approx(report["judged"]["ratio_centre"], rel=0.05)
    assert not report["holds"]


def test_one_bad_grade_is_enough_not_to_hold():
    maps = coarse(blobs())
    maps[EACH_GRADE == 3] = maps[EACH_GRADE == 3][:, ::-1, ::-1]
    assert judged(maps)["judged"]["share_of_perfect"] > 0.35 and not judged(maps)["holds"]


def test_a_grade_without_photos_leaves_the_bar_unproven():
    few = EACH_GRADE < 4
    where = places(OIL, coarse(blobs())[few], blobs()[few], EACH_GRADE[few])
    assert not energy_report(where, seed=0)["holds"]


def test_hydration_is_read_from_the_negative_map_and_judged_where_skin_is_dry():
    report = energy_report(places(HYDRATION, -coarse(blobs()), blobs(), EACH_GRADE), seed=0)
    assert report["holds"] and list(report["grades"]) == ["0", "1", "2", "3"]
    assert degrees_of(HYDRATION, np.arange(5)).tolist() == [4, 3, 2, 1, 0]
