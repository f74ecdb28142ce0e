"""The table of formats, what may be chosen from it, and every row written and evaluated on a small network."""

import json
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch

from mobile_export import __main__ as exporter
from mobile_export import description, formats, pte_structure
from mobile_export.formats import BY_NAME, FORMATS, SERVER, FormatError, chosen, insist_on_tools
from mobile_export.gates import AT_LEAST, AT_MOST
from mobile_export.graph import PhoneGraph
from mobile_export.qat import QatPlan
from mobile_export.runners import runner_of
from mobile_export.writing import Job, baselines, write_files
from tests.mobile_export.small_net import DECODING, SIZE, blots, small_net
from training import checkpoint
from training.runtime import OUTPUTS

# Largest change of an expected grade on an untrained network, by kind of arithmetic.
NEAR = {"fp32": 1e-3, "fp16": 0.02, "w8a16": 0.1, "w8a32": 0.1, "int8": 0.5}


@pytest.fixture(scope="module")
def net():
    return small_net()


@pytest.fixture(scope="module")
def image():
    return torch.from_numpy(blots(1).images).permute(0, 3, 1, 2).float()


@pytest.fixture(scope="module")
def outputs(net, image):
    with torch.no_grad():
        return {n: v[0].numpy() for n, v in zip(OUTPUTS, PhoneGraph(net, DECODING)(image), strict=True)}


@pytest.fixture(scope="module")
def saved(net, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("checkpoint")
    about = {"heatmap_scale": [1.0] * 5, "graded_parts": {}, "training": {"data": "none"}}
    checkpoint.save(folder, net, SIZE, DECODING, **about)
    return folder


@pytest.fixture(scope="module")
def folder(saved, tmp_path_factory) -> Path:
    """Every file of the table."""
    folder = tmp_path_factory.mktemp("files")
    plan = QatPlan(steps=3, batch=4, calibration_batches=4)
    write_files(folder, FORMATS, Job(checkpoint.load(saved), saved, blots(16), "blots", plan, "1.2.3"))
    return folder


@pytest.mark.parametrize("name", [row.name for row in FORMATS if row.proof in (formats.RUN, formats.EVALUATED)])
def test_every_file_that_can_run_here_gives_the_networks_answers(folder, image, outputs, name):
    row = BY_NAME[name]
    ran = runner_of(row, folder / row.path)(image)
    assert {n: v.shape for n, v in ran.items()} == {n: v.shape for n, v in outputs.items()}
    assert np.abs(ran["expected"] - outputs["expected"]).max() < NEAR[row.precision]
    assert np.allclose(ran["quality"], outputs["quality"], rtol=0.01, atol=1e-6)


def test_a_file_that_nothing_runs_here_is_one_delegate_and_says_so(folder):
    row = BY_NAME["vulkan-fp16"]
    assert row.proof == "not run" and runner_of(row, folder / row.path) is None
    assert pte_structure.faults((folder / row.path).read_bytes(), "vulkan") == []
    assert "VulkanBackend" in pte_structure.faults((folder / row.path).read_bytes(), "coreml")[0]


def test_every_executorch_file_tells_licence_units_and_directions(folder):
    from executorch.runtime import Runtime

    for row in (row for row in FORMATS if row.format == formats.EXECUTORCH):
        program = Runtime.get().load_program((folder / row.path).read_bytes())
        about = json.loads(program.load_method("about").execute([])[0])
        assert about["license"] == "Apache-2.0" and about["version"] == "1.2.3", row.name
        assert "more is better" in about["attribute.hydration"] and "0..4" in about["output.expected"], row.name


def test_onnx_files_average_one_axis_at_a_time_since_webassembly_adds_value_by_value(folder):
    graph = onnx.load(folder / BY_NAME["onnx-w8a32"].path).graph
    constants = {tensor.name: onnx.numpy_helper.to_array(tensor) for tensor in graph.initializer}
    means = [constants[node.input[1]].tolist() for node in graph.node if node.op_type == "ReduceMean"]
    assert means and means == [[3], [2]] * (len(means) // 2)


@pytest.mark.parametrize("name", ["onnx-fp32", "onnx-w8a32"])
def test_every_onnx_file_tells_licence_units_and_directions_and_no_path_of_this_machine(folder, name):
    path = folder / BY_NAME[name].path
    model = onnx.load(path)
    told = {entry.key: entry.value for entry in model.metadata_props}
    assert [i.name for i in model.graph.input] == ["image"]
    assert [o.name for o in model.graph.output] == list(OUTPUTS)
    assert told["license"] == "Apache-2.0" and "more is better" in told["attribute.hydration"]
    assert "0..4" in model.graph.output[2].doc_string and "0..255" in model.graph.input[0].doc_string
    assert str(Path(description.__file__).parents[1]).encode() not in path.read_bytes()


def test_the_web_file_is_small_and_needs_no_quantised_kernels(folder):
    path = folder / BY_NAME["onnx-w8a32"].path
    assert path.stat().st_size < 5_000_000
    assert not {node.op_type for node in onnx.load(path).graph.node} & {"DequantizeLinear", "QuantizeLinear"}


def test_every_precision_that_runs_has_bars():
    precisions = {row.precision for row in FORMATS}
    assert precisions == set(AT_LEAST) == set(AT_MOST) == set(NEAR)


def test_the_default_is_what_phones_the_web_and_the_server_need():
    assert [row.name for row in chosen(None)] == ["xnnpack-int8", "coreml-w8a16", "onnx-w8a32", "server"]
    assert chosen("all") == FORMATS


def test_server_weights_always_go_along_in_the_tables_order():
    assert [row.name for row in chosen("onnx-fp32, xnnpack-fp32")] == ["xnnpack-fp32", "onnx-fp32", "server"]


def test_fp32_files_that_were_not_chosen_are_made_for_timing_only():
    assert [row.name for row in baselines(chosen("xnnpack-int8"))] == ["xnnpack-fp32"]
    assert baselines(FORMATS) == []


@pytest.mark.parametrize(
    ("text", "options", "sentence"),
    [
        ("tflite", [], "there is no format 'tflite': name some of xnnpack-int8"),
        ("", [], "there is no format ''"),
        ("vulkan-fp16", [], "cannot be run here, so nothing could be proven"),
        ("onnx-fp32", ["--qat-steps"], "--qat-steps means nothing to the formats chosen"),
        ("coreml-fp16,onnx-fp32", ["--int8-sigmoid"], "--int8-sigmoid means nothing.*add xnnpack-int8"),
    ],
)
def test_a_choice_that_makes_no_sense_is_refused_with_a_sentence(text, options, sentence):
    with pytest.raises(FormatError, match=sentence):
        chosen(text, options)


def test_options_that_a_chosen_format_heeds_are_taken():
    assert SERVER in chosen("onnx-fp32,xnnpack-int8", ["--qat-steps", "--int8-sigmoid"])


def test_a_missing_tool_is_named_with_what_to_do(monkeypatch):
    def absent(package: str) -> str:
        raise formats.PackageNotFoundError(package)

    monkeypatch.setattr(formats, "version", absent)
    with pytest.raises(FormatError, match="onnx-fp32 needs onnxscript, which is not installed here: pip install"):
        insist_on_tools([BY_NAME["onnx-fp32"]])


def test_an_unknown_format_ends_the_command_with_2_before_anything_is_rendered(tmp_path, capsys):
    assert exporter.main(["--checkpoint", "absent", "--out", str(tmp_path / "out"), "--formats", "tflite"]) == 2
    assert "there is no format 'tflite'" in capsys.readouterr().err and not (tmp_path / "out").exists()


def test_list_formats_prints_every_row(capsys):
    assert exporter.main(["--list-formats"]) == 0
    printed = capsys.readouterr().out
    assert all(row.path in printed for row in FORMATS) and "not run" in printed
