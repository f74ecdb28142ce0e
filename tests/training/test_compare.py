"""Two models on the same photos: the figures follow from the answers, and the page says what they say."""

import json
from dataclasses import replace

import numpy as np
import pytest

from tests.training.helpers import noise_photos
from tests.training.page import Page
from training import checkpoint
from training.attributes import KEYS
from training.compare.__main__ import main
from training.compare.moves import moves, resampled_means, worst
from training.decoding import Decoding, expected_grade
from training.model import SkinNet
from training.runtime import Answers

COUNT = 40


def answers(seed: int, shift: float = 0.0) -> Answers:
    """Random answers; `shift` moves probability of wrinkles to higher grades."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(size=(COUNT, 5, 5)) * 3
    logits[:, KEYS.index("wrinkle")] += shift * np.arange(5)
    p = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
    return Answers(p, p, expected_grade(p), np.zeros((COUNT, 5, 1, 1)))


@pytest.fixture
def photos():
    return replace(noise_photos(COUNT, 32), tones=np.arange(COUNT) % 3)


def test_a_model_moves_nothing_against_itself(photos):
    found = moves(answers(1), answers(1), Decoding(), photos, 0)
    assert found["grades_equal"] == found["photos_unchanged"] == 1
    for one in found["attributes"].values():
        assert one["expected_bias"] == one["expected_mae"] == 0 and one["ci95"] == [0, 0]
        assert np.trace(one["from_to"]) == COUNT


def test_a_shift_of_one_attribute_is_its_bias_alone(photos):
    found = moves(answers(1), answers(1, 1.5), Decoding(), photos, 0)["attributes"]
    assert found["wrinkle"]["ci95"][0] > 0.1 and found["wrinkle"]["grades_equal"] < 1
    assert {key for key in KEYS if found[key]["expected_bias"]} == {"wrinkle"}


def test_figures_by_grade_and_by_tone_add_up_to_the_whole(photos):
    found = moves(answers(1), answers(2), Decoding(), photos, 0)
    for a, key in enumerate(KEYS):
        one = found["attributes"][key]
        rows = [row for row in one["by_grade"] if row["n"]]
        assert sum(row["n"] * row["expected_bias"] for row in rows) == pytest.approx(
            COUNT * one["expected_bias"], abs=1e-3
        )
        assert sum(row["n"] * row["expected_bias"][key] for row in found["tones"]) == pytest.approx(
            COUNT * one["expected_bias"]
        )
        assert (
            one["from_to"]
            == np.histogram2d(answers(1).most_likely[:, a], answers(2).most_likely[:, a], bins=np.arange(6))[0].tolist()
        )


def test_photos_of_one_person_are_resampled_together():
    alone = resampled_means(np.repeat([0.0, 1.0], 20), np.arange(40), 0)
    together = resampled_means(np.repeat([0.0, 1.0], 20), np.repeat([0, 1], 20), 0)
    assert together.std() > 3 * alone.std() and set(np.unique(together)) == {0.0, 0.5, 1.0}


def test_the_largest_moves_come_first():
    found = worst(answers(1), answers(2), 10)
    step = np.abs(answers(2).expected - answers(1).expected)
    sizes = [step[i, a] for i, a in found]
    assert sizes == sorted(sizes, reverse=True) and sizes[0] == step.max()


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """Checkpoints of two seeds, and the page and figures about them."""
    import torch

    folder = tmp_path_factory.mktemp("compare")
    for seed in (0, 1):
        torch.manual_seed(seed)
        about = {"training": {"data": "synthetic skin"}, "graded_parts": {}, "heatmap_scale": [1.0] * 5}
        checkpoint.save(folder / str(seed), SkinNet().eval(), 64, Decoding(), **about)
    options = ["--synthetic", "12", "--html", str(folder / "page.html"), "--json", str(folder / "figures.json")]
    assert main([str(folder / "0"), str(folder / "1"), *options]) == 0
    return folder


def test_the_page_loads_nothing_and_shows_every_attribute(written):
    page = Page((written / "page.html").read_text("utf-8"))
    figures = json.loads((written / "figures.json").read_text())
    assert "script" not in page.tags
    assert all(source.startswith(("data:", "#")) for source in page.sources)
    for name in ("Oil", "Hydration", "Wrinkles", "Pigmentation", "Sensitivity"):
        assert f"{name}: " in page.text
    assert f"{100 * figures['grades_equal']:.1f} %" in page.text and page.tags.count("img") == 12
    assert figures["photos"] == 12 and set(figures["attributes"]) == set(KEYS)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["absent", "1"], "absent"),
        (["0", "1", "--data", "absent"], "there is no folder"),
        (["0", "1", "--html", "absent/page.html"], "cannot be written"),
    ],
)
def test_bad_input_is_one_sentence(written, words, says, capsys, monkeypatch):
    monkeypatch.chdir(written)
    assert main(words) == 2
    said = capsys.readouterr().err.splitlines()[-1]
    assert says in said and "Traceback" not in said


@pytest.mark.parametrize("wrong", ["--synthetic=0", "--seed=-1"])
def test_a_number_that_is_no_good_is_refused(wrong, capsys):
    with pytest.raises(SystemExit) as end:
        main(["0", "1", wrong])
    assert end.value.code == 2 and f"error: argument {wrong.partition('=')[0]}: " in capsys.readouterr().err


def test_models_of_different_sizes_are_not_compared(written, tmp_path, capsys):
    checkpoint.save(
        tmp_path / "other", SkinNet().eval(), 96, Decoding(), training={}, graded_parts={}, heatmap_scale=[]
    )
    assert main([str(written / "0"), str(tmp_path / "other")]) == 2
    assert "nothing to compare" in capsys.readouterr().err
