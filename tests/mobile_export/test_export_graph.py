"""The exported graph, its lowering and the Core ML package, on a small untrained network."""

from pathlib import Path

import numpy as np
import pytest
import torch

from mobile_export import check
from mobile_export.coreml_file import write_package
from mobile_export.errors import ExportError
from mobile_export.executorch_file import lower
from mobile_export.golden import formula_pixels, resize_vectors
from mobile_export.graph import PhoneGraph, output_records
from mobile_export.mil_eval import MilProgram, UnknownOp
from mobile_export.qat import FLOAT_BLOCKS, QatPlan, converted, fine_tune, outside, runaway_photos, stable_photos
from tests.mobile_export.small_net import DECODING, SIZE, small_net
from training import checkpoint
from training.batches import to_tensor
from training.decoding import expected_grade
from training.model import SkinNet, severity_maps
from training.photo_set import draw_input
from training.runtime import OUTPUTS, PteRunner


@pytest.fixture(scope="module")
def net() -> SkinNet:
    return small_net()


@pytest.fixture(scope="module")
def image() -> torch.Tensor:
    return (torch.rand(1, 3, SIZE, SIZE, generator=torch.Generator().manual_seed(1)) * 255).round()


@pytest.fixture(scope="module")
def outputs(net, image) -> dict[str, np.ndarray]:
    with torch.no_grad():
        return {n: v[0].numpy() for n, v in zip(OUTPUTS, PhoneGraph(net, DECODING)(image), strict=True)}


def test_the_graph_decodes_like_the_python_reference(net, image, outputs):
    with torch.no_grad():
        logits = net(image)[0].numpy()
        maps = severity_maps(net.evidence(image))[0].numpy()
    assert np.allclose(outputs["probabilities"], DECODING.probabilities(logits), atol=1e-5)
    assert np.allclose(outputs["utilities"], DECODING.utilities(logits), atol=1e-5)
    assert np.allclose(outputs["expected"], expected_grade(DECODING.probabilities(logits)), atol=1e-5)
    assert np.allclose(outputs["heatmaps"], maps, atol=1e-4)


def test_quality_is_what_plain_numpy_measures(image, outputs):
    rgb = image[0].numpy().astype(np.float64)
    luma = np.tensordot([0.299, 0.587, 0.114], rgb, 1) / 255
    clipped = (np.clip(1 - rgb, 0, 1) + np.clip(rgb - 254, 0, 1)).mean()
    c = luma[1:-1, 1:-1]
    edges = luma[:-2, 1:-1] + luma[2:, 1:-1] + luma[1:-1, :-2] + luma[1:-1, 2:] - 4 * c
    assert np.allclose(outputs["quality"], [luma.mean(), clipped, edges.var()], rtol=1e-4)


def test_records_describe_the_shapes_that_come_out(outputs):
    shapes = {record["name"]: record["shape"][1:] for record in output_records(SIZE, [1.0] * 5)}
    assert {name: list(value.shape) for name, value in outputs.items()} == shapes


def test_the_fp32_file_of_the_reference_gives_its_networks_answers():
    loaded = checkpoint.load(Path("training/reference"))
    graph, pixels = PhoneGraph(loaded.net, loaded.decoding), to_tensor(draw_input(3, 0, [2] * 5, loaded.size)[1][None])
    with torch.no_grad():
        expected = graph(pixels)[2][0].numpy()
    assert np.allclose(PteRunner(lower(graph, loaded.size))(pixels)["expected"], expected, atol=5e-4)


def test_a_graph_with_a_leftover_op_is_refused():
    class Odd(torch.nn.Module):
        def forward(self, x):
            return torch.cumsum(x * 2.0, 3)

    with pytest.raises(ExportError, match="one XnnpackBackend delegate"):
        lower(Odd(), SIZE)


@pytest.mark.parametrize("int8_sigmoid", [False, True])
def test_the_fine_tuned_int8_file_lowers_runs_and_follows_its_network(net, image, outputs, int8_sigmoid):
    rng = np.random.default_rng(0)
    images, labels = rng.integers(0, 256, (16, SIZE, SIZE, 3), np.uint8), rng.integers(-1, 5, (16, 5))
    plan = QatPlan(steps=3, batch=4, calibration_batches=4, int8_sigmoid=int8_sigmoid)
    trunk = converted(fine_tune(net, images, labels, plan))
    assert (float_sigmoids(trunk) == 0) == int8_sigmoid
    file = lower(PhoneGraph(net, DECODING, trunk), SIZE)
    ran = PteRunner(file)(image)
    assert len(file) < 6_000_000
    assert np.abs(ran["expected"] - outputs["expected"]).max() < 0.5
    assert np.allclose(ran["quality"], outputs["quality"], rtol=1e-3)


def float_sigmoids(trunk: torch.nn.Module) -> int:
    """Sigmoids and SiLUs outside the float blocks whose result is not quantised at once."""
    names = ("aten.sigmoid", "aten.silu")
    nodes = [n for n in trunk.graph.nodes if str(n.target).startswith(names) and outside(FLOAT_BLOCKS)(n)]
    return sum("quantize_per_tensor" not in str(next(iter(node.users)).target) for node in nodes)


def test_runaway_photos_do_not_calibrate():
    logits = np.random.default_rng(0).normal(size=(100, 5, 5))
    logits[7] *= 30
    assert not stable_photos(logits)[7] and runaway_photos(logits).tolist() == [7]


@pytest.fixture(scope="module")
def package(net, tmp_path_factory):
    path = tmp_path_factory.mktemp("coreml") / "small.mlpackage"
    meanings = {record["name"]: record["meaning"] for record in output_records(SIZE, [1.0] * 5)}
    write_package(PhoneGraph(net, DECODING), SIZE, path, "1.2.3", meanings)
    return path


def test_the_core_ml_package_names_its_outputs_directions_and_licence(package):
    import coremltools as ct

    spec = ct.models.MLModel(str(package), skip_model_load=True).get_spec()
    assert [output.name for output in spec.description.output] == list(OUTPUTS)
    metadata = spec.description.metadata
    assert (metadata.versionString, metadata.license) == ("1.2.3", "Apache-2.0")
    assert "more is better" in metadata.userDefined["attribute.hydration"]


def test_an_op_without_an_evaluator_is_an_error_and_not_a_guess(package, image, monkeypatch):
    monkeypatch.delitem(__import__("mobile_export.mil_eval").mil_eval.OPS, "silu")
    with pytest.raises(UnknownOp, match="silu"):
        MilProgram(package)(image)


def test_checking_an_empty_folder_ends_with_2(tmp_path, capsys):
    assert check.main([str(tmp_path)]) == 2
    assert "no readable bundle.json" in capsys.readouterr().err


def test_resize_vectors_cover_up_to_a_megapixel_with_formula_pixels():
    assert max(v["height"] * v["width"] for v in resize_vectors()) > 900_000
    assert formula_pixels(2, 2, 1)[1, 1].tolist() == [32, 123, 214]
