"""What the worker computes, with the committed bundle: every method, finer detail, several photos at once."""

import dataclasses
import io
import json
from contextlib import closing

import numpy as np
import pytest
from PIL import Image

from api import heat_layer, worker
from api.config import ConfigError
from api.explain import LAYER_SIDE, Explainer
from api.explanations import Asked, Explanation
from api.methods import METHODS
from tests.golden_photos import REFERENCE, SIZE, golden_inputs
from training.photo import PhotoError
from training.preprocess import PhotoTooSmall

KEYS = ["oil", "hydration", "wrinkle", "pigmentation", "sensitivity"]


@pytest.fixture(scope="module")
def explainer():
    bundle = json.loads((REFERENCE / "bundle.json").read_text("utf-8"))
    with closing(Explainer(REFERENCE, bundle)) as one:
        yield one


def asked(number: int = 0, size: int = SIZE, method: str = "gradcam", detail: int = 1, keys: list[str] = KEYS) -> Asked:
    held = io.BytesIO()
    Image.fromarray(golden_inputs(number + 1, size)[number]).save(held, "PNG")
    return Asked(held.getvalue(), keys, method, detail)


def test_several_photos_at_once_get_what_each_gets_alone(explainer):
    questions = [asked(0), asked(1, method="layercam"), asked(2), asked(0, 2 * SIZE, detail=2), asked(1, keys=["oil"])]
    together, alone = explainer.explain(questions), [explainer.explain([one])[0] for one in questions]
    for both, single in zip(together, alone, strict=True):
        for key, answer in both.result["attributes"].items():
            assert answer["probabilities_e4"] == single.result["attributes"][key]["probabilities_e4"]
        assert all(same_picture(both.layers[key], single.layers[key]) for key in both.layers)


@pytest.mark.parametrize("method", METHODS)
def test_every_method_answers_for_every_attribute_on_a_scale_of_its_own(explainer, method):
    (made,) = explainer.explain([asked(3, method=method)])
    assert made.result["method"] == method and set(made.layers) == {*KEYS, "legend"}
    for key in KEYS:
        answer = made.result["attributes"][key]
        assert 0 <= answer["area_share_e4"] <= 10000 and answer["opaque_at_milli"] > 0
    assert set(made.result["legend"]) == ({"place"} if method == "eigencam" else {"up", "down"})


def test_grades_do_not_depend_on_method_or_detail(explainer):
    questions = [
        asked(0, 4 * SIZE, method, detail) for method, detail in (("gradcam", 1), ("gradcam", 4), ("hirescam", 2))
    ]
    first, *others = (one.result for one in explainer.explain(questions))
    for other in others:
        for key in KEYS:
            assert other["attributes"][key]["probabilities_e4"] == first["attributes"][key]["probabilities_e4"]
        assert other["input_sha256"] == first["input_sha256"]


@pytest.mark.parametrize(("side", "detail", "used"), [(224, 4, 1), (448, 4, 2), (677, 4, 3), (900, 4, 4)])
def test_detail_is_lowered_to_what_the_photo_has_and_the_answer_says_so(explainer, side, detail, used):
    (made,) = explainer.explain([asked(0, side, detail=detail, keys=["oil"])])
    assert made.result["detail"] == {"asked": detail, "used": used} and made.result["map_size"] == 7 * used


def test_a_photo_that_cannot_be_graded_leaves_the_others_alone(explainer):
    questions = [Asked(b"no photo", KEYS, "gradcam", 1), asked(0), asked(0, SIZE - 1)]
    first, second, third = explainer.explain(questions)
    assert isinstance(first, PhotoError) and isinstance(second, Explanation) and isinstance(third, PhotoTooSmall)


def test_a_layer_is_drawn_from_the_numbers_of_the_map_alone(explainer):
    (made,), heat = explainer.explain([asked(0)]), explainer.maps.of("gradcam", golden_inputs(1))[0]
    assert heat.shape == (5, 7, 7)
    for key, of_it, scale in zip(KEYS, heat, explainer.maps.scale("gradcam"), strict=True):
        assert same_picture(made.layers[key], heat_layer.render(of_it, scale, LAYER_SIDE))


@pytest.mark.parametrize("lacks", ["phone", "server"])
def test_a_bundle_that_explains_nothing_ends_the_worker_with_a_sentence(config, tmp_path, lacks):
    bundle = json.loads((REFERENCE / "bundle.json").read_text("utf-8"))
    bundle["files"] = [file for file in bundle["files"] if file["role"] != lacks]
    (tmp_path / "bundle.json").write_text(json.dumps(bundle))
    with pytest.raises(ConfigError, match="xnnpack-int8 among its --formats"):
        worker.prepare(dataclasses.replace(config, model_dir=tmp_path))


def same_picture(first: bytes, second: bytes) -> bool:
    """Equal but for one step of a colour where opacity is rounded: sums differ in their last bit with the batch."""
    one, other = (np.asarray(Image.open(io.BytesIO(png))).astype(int) for png in (first, second))
    visible = np.minimum(one[..., 3], other[..., 3]) > 1
    return np.abs(one - other)[..., 3].max() <= 1 and (one == other)[visible][:, :3].all()
