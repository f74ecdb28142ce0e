"""The demo's report says no more than the model knows."""

import numpy as np
import pytest

from sample_clients.demo.report import card
from sample_clients.python import heat
from sample_clients.python.client import Heatmaps
from sample_clients.python.scorer import Graded

ATTRIBUTE = {
    "key": "hydration", "en": "Hydration", "ko": "수분", "grade0": "very dry, flaky", "grade4": "well hydrated",
    "more_is": "better",
}  # fmt: skip


@pytest.fixture
def drawn():
    layer = heat.layer(np.ones((7, 7), np.float32), 1.0, 16)

    def draw(believed: bool) -> str:
        p = np.array([0, 0, 0, 1, 0], np.float32)
        one = Graded("hydration", 3, 3, 2, 3, 3.0, p, np.ones((7, 7), np.float32), believed)
        return card(one, ATTRIBUTE, "data:,", layer, Heatmaps({}, {"hydration": layer}))

    return draw


def test_a_graded_attribute_shows_its_grade_and_what_both_colours_mean(drawn):
    page = drawn(True)
    assert ">3</strong>" in page and "Plausible range 2 to 3" in page and page.count("<i class='in'>") == 1
    assert "<i class=up></i>towards “well hydrated”" in page and "<i class=down></i>towards “very dry, flaky”" in page


def test_a_part_that_was_never_taught_shows_no_grade(drawn):
    page = drawn(False)
    assert "Not graded here" in page and ">3</strong>" not in page and "class='at'" not in page
