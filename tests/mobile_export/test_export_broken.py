"""An export that is broken on purpose is refused, even at the widest bars; the same file unbroken passes the narrowest.

The files are ONNX, whose weights can be changed after the export as a faulty exporter would have changed them.
"""

import copy
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from onnx import ModelProto, numpy_helper

from mobile_export import __main__ as exporter
from mobile_export import check, description, figures, writing
from mobile_export.errors import ExportError
from mobile_export.figures import Outcome, Reference, judge
from mobile_export.gates import require
from mobile_export.graph import PhoneGraph
from mobile_export.onnx_file import convert
from mobile_export.runners import OnnxRunner
from tests.mobile_export.small_net import DECODING, SIZE, blots, decided, telling_net
from training import checkpoint, normalise
from training.attributes import GRADES
from training.normalise import DATASET

COUNT, SEED = 40, 77


@pytest.fixture(autouse=True)
def without_the_renderer(monkeypatch):
    for module in (exporter, figures):
        monkeypatch.setattr(module, "render_set", lambda count, size, seed: decided(count))


@pytest.fixture(scope="module")
def reference() -> Reference:
    return Reference.on(telling_net(), DECODING, decided(COUNT), SEED)


def converted(graph: PhoneGraph) -> ModelProto:
    return convert(graph, SIZE, "1.2.3", description.meanings(SIZE, [1.0] * 5))


@pytest.fixture(scope="module")
def model() -> ModelProto:
    return converted(PhoneGraph(telling_net(), DECODING))


@pytest.fixture
def judged(reference, tmp_path) -> Callable[[ModelProto], Outcome]:
    def of(model: ModelProto) -> Outcome:
        path = tmp_path / "some.onnx"
        path.write_bytes(model.SerializeToString())
        return judge(reference, OnnxRunner(path), "some.onnx")

    return of


def with_changed(model: ModelProto, name: str, change: Callable[[np.ndarray], np.ndarray]) -> ModelProto:
    """A copy in which one stored tensor is another."""
    broken = copy.deepcopy(model)
    tensor = next(t for t in broken.graph.initializer if t.name == name)
    tensor.CopyFrom(numpy_helper.from_array(np.ascontiguousarray(change(numpy_helper.to_array(tensor))), name))
    return broken


def assert_refused(outcome: Outcome, figure: str) -> None:
    with pytest.raises(ExportError, match=f"{figure} is .*worst: photo [0-9]+ of render_set.{COUNT}, seed {SEED}"):
        require("int8", outcome.figures, outcome.worst)


def test_the_unbroken_file_passes_the_narrowest_bars(model, judged):
    outcome = judged(model)
    require("fp32", outcome.figures, outcome.worst)
    assert outcome.figures["grades_equal"] == 1 and outcome.figures["p_recall_loss"] == 0


def swapped(model: ModelProto) -> ModelProto:
    return with_changed(model, "trunk.layers.conv_stem.weight", lambda w: w[:, ::-1])


def test_swapped_channels_are_refused(model, judged):
    assert_refused(judged(swapped(model)), "grades_equal")


def test_a_wrong_mean_is_refused(tmp_path):
    net = telling_net(DATASET)
    reference, path = Reference.on(net, DECODING, decided(COUNT), SEED), tmp_path / "some.onnx"
    broken = with_changed(converted(PhoneGraph(net, DECODING)), "normalise.shift", lambda mean: mean * 0)
    path.write_bytes(broken.SerializeToString())
    assert_refused(judge(reference, OnnxRunner(path), "some.onnx"), "expected_mae")


def test_photos_normalised_in_another_unit_are_refused(judged, monkeypatch):
    monkeypatch.setattr(normalise, "UNIT", 0.8)
    assert_refused(judged(converted(PhoneGraph(telling_net(), DECODING))), "expected_mae")


def test_one_layers_scale_doubled_is_refused(model, judged):
    broken = with_changed(model, "trunk.layers.blocks.3.0.conv_pw.weight", lambda w: w * 2)
    assert_refused(judged(broken), "expected_mae")


def test_heads_permuted_are_refused(model, judged):
    broken = with_changed(model, "head.weight", lambda w: np.roll(w, GRADES, 0))
    assert_refused(judged(broken), "map_correlation")


def test_another_measure_of_quality_is_refused_although_every_grade_is_equal(model, judged):
    outcome = judged(with_changed(model, "luma", lambda w: w[:, ::-1]))
    assert outcome.figures["grades_equal"] == 1
    assert_refused(outcome, "quality_off")


def test_the_worst_photo_is_the_one_that_was_spoilt(reference):
    plain = Reference.on(telling_net(), DECODING, blots(3), SEED)
    answers = {name: getattr(plain.answers, name) for name in ("probabilities", "utilities", "expected")}
    told = iter(range(3))

    def runner(image):
        number = next(told)
        outputs = {name: value[number] + (number == 1) for name, value in answers.items()}
        return outputs | {"heatmaps": plain.answers.maps[number], "quality": plain.quality[number]}

    outcome = judge(plain, runner, "spoilt")
    assert outcome.worst["expected_mae"] == "worst: photo 1 of render_set(3, seed 77), 1.0000 off in the expected grade"


@pytest.fixture(scope="module")
def saved(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("checkpoint")
    about = {"heatmap_scale": [1.0] * 5, "graded_parts": {}, "training": {"data": "none"}}
    checkpoint.save(folder, telling_net(), SIZE, DECODING, **about)
    return folder


def run_export(saved: Path, out: Path) -> int:
    few = ["--synthetic", "8", "--check-photos", str(COUNT)]
    return exporter.main(["--checkpoint", str(saved), "--out", str(out), "--formats", "onnx-fp32", *few])


def test_a_bundle_holds_what_was_measured_passes_its_check_and_survives_an_export_that_is_refused(
    saved, model, tmp_path, monkeypatch, capsys
):
    out = tmp_path / "bundle"
    monkeypatch.setattr(writing, "convert", lambda *_: model)
    assert run_export(saved, out) == 0, capsys.readouterr().err
    assert "x fp32" in capsys.readouterr().out
    raw = (out / "bundle.json").read_bytes()
    files = {file["precision"]: file for file in json.loads(raw)["files"] if file["role"] == "web"}
    assert files["fp32"]["metrics"]["p_recall_loss"] == 0 and files["fp32"]["metrics"]["latency_ms"] > 0
    assert check.main([str(out), "--photos", "10"]) == 0, capsys.readouterr().out

    monkeypatch.setattr(writing, "convert", lambda *_: swapped(model))
    assert run_export(saved, out) == 1
    assert "not shipped" in (told := capsys.readouterr().err) and "worst: photo" in told
    assert (out / "bundle.json").read_bytes() == raw and list(tmp_path.iterdir()) == [out]
