"""A map points at a sign where its strongest place lies on it; only photos with the sign count."""

import numpy as np

from tests.training.faithfulness.helpers import EACH_GRADE, OIL, WRINKLE, blobs, coarse
from training.faithfulness.places import by_grade, places
from training.faithfulness.pointing import hits, pointing_report


def test_only_photos_with_the_sign_are_scored():
    assert list(pointing_report(places(OIL, coarse(blobs()), blobs(), EACH_GRADE))["grades"]) == ["1", "2", "3", "4"]


def test_pointing_hits_where_the_strongest_place_lies_on_the_sign():
    masks = np.zeros((2, 4, 4), bool)
    masks[:, :2] = True
    maps = np.zeros((2, 4, 4))
    maps[0, 0, 3] = maps[1, 3, 3] = 1
    assert hits(maps, masks).tolist() == [1, 0]
    maps[1, 0, 0] = 1  # a tie of one place inside and one outside
    assert hits(maps, masks).tolist() == [1, 0.5]


def test_judged_photos_are_those_of_degree_two_and_more():
    where = places(WRINKLE, coarse(blobs()), blobs(), EACH_GRADE)
    assert by_grade(where, lambda part: {"n": len(part.grades)})["judged"]["n"] == 9
