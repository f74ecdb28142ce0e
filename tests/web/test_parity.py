"""One photo, graded by the Python client and by the browser: the same bytes go in, the same grades come out."""

import io
import statistics
import time

import numpy as np
from PIL import Image

from sample_clients.python.bundle import open_bundle
from sample_clients.python.photo import decode
from sample_clients.python.resize import model_input
from sample_clients.python.scorer import Scorer
from tests.model_folder import REFERENCE

LEVELS = 3  # of 255, that JPEG decoders may differ


def test_browser_and_python_see_the_same_pixels_and_give_the_same_grades(opened, photos):
    person = opened()
    person.sign_in()
    scorer = Scorer(open_bundle(REFERENCE))
    rows = [f"{'photo':10} {'input bytes':>24} {'grades Python (.pte)':>22} {'grades browser (.onnx)':>22} {'ms':>11}"]
    for name, levels in (("skin.png", 0), ("skin.jpg", LEVELS)):
        ours, python_ms = timed(scorer, photos[name])
        theirs = person.grade(photos[name])
        browser_ms = person.page.evaluate("performance.getEntriesByName('grade').at(-1).duration")
        mine = model_input(decode(photos[name]), 224).astype(int)
        furthest = int(np.abs(mine - sent_square(person)).max())
        shown = "equal" if furthest == 0 else f"differ by {furthest} of 255"
        rows.append(f"{name:10} {shown:>24} {ours!s:>22} {theirs!s:>22} {python_ms:5.0f} {browser_ms:5.0f}")
        assert furthest <= levels and ours == theirs
    print("\n" + "\n".join(rows) + "\n(taken on a machine that does other things beside)")


def timed(scorer: Scorer, photo) -> tuple[list[int], float]:
    """Grades, and the median of three runs in ms."""
    taken = []
    for _ in range(3):
        start = time.perf_counter()
        grading = scorer.score(photo, part=0)
        taken.append((time.perf_counter() - start) * 1000)
    return [one.grade for one in grading.attributes], statistics.median(taken)


def sent_square(person) -> np.ndarray:
    """The model's input as the browser sends it to be explained."""
    page = person.page
    with page.expect_request(lambda r: r.method == "POST" and "/v1/heatmaps" in r.url) as asked:
        person.button("Explain in detail").click()
        if not page.locator("img.heat-layer").count() and agree_needed(person):
            person.button("Agree and send").click()
    page.locator("img.heat-layer").wait_for()
    return np.asarray(Image.open(io.BytesIO(asked.value.post_data_buffer)).convert("RGB")).astype(int)


def agree_needed(person) -> bool:
    """Whether the dialog of consent opens instead of the map."""
    page = person.page
    page.locator("img.heat-layer, dialog").first.wait_for()
    return page.get_by_role("dialog").count() > 0
