"""Golden photos: hard sizes, exact bytes, answers that survive noise, and a check that sees every kind of change."""

import copy

import numpy as np
import pytest
import torch

from mobile_export import golden
from mobile_export.golden import Unstable, golden_document, kind, sizes
from mobile_export.golden_check import check_golden, input_of
from mobile_export.golden_outputs import centre, heat_moved

SIZE = 32


def runner(image: torch.Tensor) -> dict[str, np.ndarray]:
    """Stands for an exported file: smooth in its input, and heat wherever the photo is redder than it is green."""
    level = float(image.mean()) / 255 * 4
    logits = -np.abs(np.arange(5) - level - np.arange(5)[:, None] / 7)
    p = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    heat = (image[0, 0] - image[0, 1] - 20).reshape(4, SIZE // 4, 4, SIZE // 4).mean((1, 3)).numpy()
    quality = np.array([level / 4, 0.0, float(image.var()) / 1e5])
    return {
        "probabilities": p,
        "utilities": p,
        "expected": p @ np.arange(5),
        "heatmaps": np.stack([heat] * 5),
        "quality": quality,
    }


@pytest.fixture(scope="module")
def document():
    return golden_document({"int8": runner, "fp32": runner}, SIZE)


def test_there_are_twelve_photos_of_the_hard_sizes(document):
    found = [(photo["height"], photo["width"]) for photo in document["photos"]]
    shorter = [min(pair) for pair in found]
    assert found == sizes(SIZE) and len(set(found)) == 12
    assert SIZE in shorter and SIZE + 1 in shorter and max(shorter) > 2 * SIZE and any(n % SIZE for n in shorter)
    assert {w - h for h, w in found} >= {0, 1, -1}
    assert any(h % 2 and w % 2 for h, w in found) and any(h > w for h, w in found) and any(h < w for h, w in found)


def test_at_the_models_own_size_a_photo_stays_below_60_kilobytes():
    for number, (height, width) in enumerate(sizes(224)[::5]):
        pixels = golden.candidate(number, height, width, 224)
        assert pixels.shape == (height, width, 3)
        small = golden.model_input(pixels, 224)
        assert len(golden._photo(pixels, small, {})["png"]) * 3 / 4 < 60_000


def test_a_file_reproduces_its_own_golden_answers(document):
    for name in ("int8", "fp32"):
        assert check_golden(document, name, runner) == {"ok": True, "photos": 12, "expected_max": 0.0, "faults": []}


def test_chosen_photos_survive_noise_that_nobody_sees(document):
    rng = np.random.default_rng(5)

    def shaken(image: torch.Tensor) -> dict[str, np.ndarray]:
        return runner(image + golden.NOISE * torch.from_numpy(rng.standard_normal(image.shape)).float())

    assert check_golden(document, "int8", shaken)["ok"]


def changed(**changes):
    def answer(image: torch.Tensor) -> dict[str, np.ndarray]:
        outputs = runner(image)
        return outputs | {name: change(outputs[name]) for name, change in changes.items()}

    return answer


CHANGES = {
    "other grades": changed(probabilities=lambda p: p[:, ::-1]),
    "other balanced": changed(utilities=lambda u: u[:, ::-1]),
    "expected grades are off": changed(expected=lambda e: e + 0.26),
    "the heat lies elsewhere": changed(heatmaps=lambda h: h.transpose(0, 2, 1)),
    "other quality figures": changed(quality=lambda q: q * 1.011),
}


@pytest.mark.parametrize("fault", CHANGES)
def test_each_kind_of_change_is_named(document, fault):
    found = check_golden(document, "int8", CHANGES[fault])
    assert not found["ok"] and all(fault in one for one in found["faults"])


def test_other_input_bytes_are_named(document):
    other = copy.deepcopy(document)
    other["photos"][3]["input_sha256"] = "0" * 64
    assert check_golden(other, "int8", runner)["faults"] == ["golden photo 3: other input bytes"]


def test_answers_within_the_tolerance_of_the_precision_pass_and_beyond_it_fail(document):
    near = changed(expected=lambda e: e + 0.1, quality=lambda q: q * 1.009)
    assert check_golden(document, "int8", near)["ok"] and not check_golden(document, "fp32", near)["ok"]


def test_tolerances_follow_the_precision():
    kinds = [kind(name) for name in ("int8", "xnnpack_int8", "w8a8", "w8a16", "fp16", "fp32")]
    assert kinds == ["int8", "int8", "int8", "half", "half", "fp32"]


def test_a_golden_file_made_before_heat_and_quality_is_held_to_what_it_has(document):
    old = copy.deepcopy(document)
    for name in ("tolerance_heat", "tolerance_quality"):
        del old[name]
    for photo in old["photos"]:
        for outputs in photo["outputs"].values():
            del outputs["heat"]
    assert check_golden(old, "int8", CHANGES["the heat lies elsewhere"])["ok"]
    assert not check_golden(old, "int8", CHANGES["other grades"])["ok"]


def test_a_network_that_no_photo_is_stable_on_is_refused(monkeypatch):
    monkeypatch.setattr(golden, "TRIES", 3)
    rng = np.random.default_rng(0)

    def jumping(image: torch.Tensor) -> dict[str, np.ndarray]:
        p = np.eye(5)[rng.integers(0, 5, 5)]
        return runner(image) | {"probabilities": p, "utilities": p}

    with pytest.raises(Unstable, match="keep their grades"):
        golden_document({"int8": jumping}, SIZE)


def test_the_centre_of_heat_is_where_the_positive_part_is():
    heat = np.full((4, 4), -9.0)
    assert centre(heat) is None
    heat[0, 3] = 2
    assert centre(heat) == [0.125, 0.875]
    assert heat_moved([[0.1, 0.2], None], [[0.1, 0.25], None]) == pytest.approx(0.05)
    assert heat_moved([None], [[0.5, 0.5]]) == float("inf")


def test_a_golden_photo_gives_its_input_again(document):
    assert input_of(document["photos"][0], SIZE).shape == (SIZE, SIZE, 3)
