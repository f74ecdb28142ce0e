"""Maps of many photos in one pass, and other methods beside them; pytorch-grad-cam is the oracle."""

import json

import numpy as np
import pytest
import torch

from tests.golden_photos import REFERENCE, SERVER_WEIGHTS, SIZE, golden_inputs
from training import heat_maps
from training.cam_methods import METHODS, CamMethods
from training.checkpoint import load_weights
from training.heat_maps import HeatMaps
from training.model import severity_maps

HALF_LARGEST, HALF_MEAN = 0.01, 0.001  # of the magnitude that is drawn opaque


@pytest.fixture(scope="module")
def net():
    return load_weights(SERVER_WEIGHTS)


@pytest.fixture(scope="module")
def scale():
    outputs = json.loads((REFERENCE / "bundle.json").read_text("utf-8"))["outputs"]
    return np.array(next(one["scale"] for one in outputs if one["name"] == "heatmaps"))[None, :, None, None]


@pytest.fixture(scope="module")
def exact(net):
    return HeatMaps(net, "cpu", half=False)


@pytest.fixture(scope="module")
def features(exact):
    with torch.inference_mode():
        return exact.features(golden_inputs(3))


def test_maps_are_those_of_the_network(net, exact):
    photos = golden_inputs(2)
    with torch.inference_mode():
        evidence = net.evidence(torch.from_numpy(np.stack(photos)).permute(0, 3, 1, 2).float())
    expected = severity_maps(evidence).numpy()
    assert np.abs(exact.of(photos) - expected).max() < 1e-5 * np.abs(expected).max()  # sums in another order


def test_a_batch_gives_what_each_photo_gives_alone(exact, scale, monkeypatch):
    monkeypatch.setitem(heat_maps.PASS_PIXELS, "cpu", 2 * SIZE * SIZE)
    photos = golden_inputs(3)  # more than one pass
    alone = np.concatenate([exact.of([photo]) for photo in photos])
    assert (np.abs(exact.of(photos) - alone) / scale).max() < 1e-5


def test_the_half_precision_path_keeps_the_maps(net, exact, scale):
    photos = golden_inputs(3)
    off = np.abs(HeatMaps(net, "cpu", half=True).of(photos) - exact.of(photos)) / scale
    assert 0 < off.max() < HALF_LARGEST and off.mean() < HALF_MEAN


def test_pixels_reach_the_network_with_channels_last(exact):
    seen = []
    handle = exact.trunk.conv_stem.register_forward_hook(lambda _, given, made: seen.extend([given[0], made]))
    exact.of([photo.transpose(1, 0, 2) for photo in golden_inputs(2)])
    handle.remove()
    assert len(seen) == 2 and all(one.is_contiguous(memory_format=torch.channels_last) for one in seen)


def test_a_larger_photo_gives_a_finer_map(exact):
    coarse, fine = (exact.of(golden_inputs(1, size)) for size in (SIZE, 2 * SIZE))
    assert coarse.shape == (1, 5, 7, 7) and fine.shape == (1, 5, 14, 14)


def test_explaining_leaves_the_network_as_it_was(net):
    before = {name: (value.dtype, value.device) for name, value in net.state_dict().items()}
    HeatMaps(net, "cpu", half=True)
    assert before == {name: (value.dtype, value.device) for name, value in net.state_dict().items()}
    assert next(net.parameters()).requires_grad


def test_hirescam_of_the_library_equals_the_closed_form(exact, features):
    ours, theirs = exact.of(golden_inputs(3)), CamMethods(exact.directions).maps("hirescam", features)
    assert np.abs(ours - theirs).max() < 1e-4


@pytest.mark.parametrize("method", METHODS)
def test_a_map_does_not_depend_on_the_photos_beside_it(exact, features, method):
    methods = CamMethods(exact.directions)
    alone = np.concatenate([methods.maps(method, one[None]) for one in features])
    assert np.allclose(methods.maps(method, features), alone, atol=1e-4 * np.abs(alone).max())


@pytest.mark.parametrize("method", METHODS)
def test_maps_are_not_stretched_per_photo(exact, features, method):
    """A photo with half the evidence is half as hot; Grad-CAM++ weighs channels by how much they hold, up to twice."""
    methods = CamMethods(exact.directions)
    strong, weak = (methods.maps(method, f) for f in (features, features / 2))
    ratio = np.abs(weak).max((1, 2, 3)) / np.abs(strong).max((1, 2, 3))
    assert (ratio < 0.95).all() and (ratio > 0.3).all()


def test_layercam_is_asked_for_the_visible_sign(exact, features):
    """Dry skin argues for a low grade of hydration, and LayerCAM sees only what argues for its target."""
    signs = torch.tensor([[1.0], [-1.0], [1.0], [1.0], [1.0]])
    argued = (exact.directions * signs).clamp(min=0) * signs
    expected = torch.einsum("bchw,ac->bahw", features, argued).numpy()
    assert np.abs(CamMethods(exact.directions).maps("layercam", features) - expected).max() < 1e-4


def test_methods_leave_no_hooks_behind(exact, features):
    methods = CamMethods(exact.directions)
    for method in METHODS:
        methods.maps(method, features[:1])
    assert not methods.tail.seen._forward_hooks


def test_an_index_error_is_not_swallowed(exact, features, monkeypatch):
    def fail(*_: object) -> None:
        raise IndexError("no such attribute")

    methods = CamMethods(exact.directions)
    monkeypatch.setattr(methods.tail, "forward", fail)
    with pytest.raises(IndexError):
        methods.maps("hirescam", features[:1])
