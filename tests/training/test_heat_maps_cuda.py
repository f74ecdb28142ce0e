"""The GPU path: half precision, channels last, pinned batches. Needs torch, timm and grad-cam, no runtime of phones."""

import json

import numpy as np
import pytest
import torch

from tests.golden_photos import REFERENCE, SERVER_WEIGHTS, golden_inputs
from training.cam_methods import METHODS, CamMethods
from training.checkpoint import load_weights
from training.heat_maps import HeatMaps

pytestmark = [
    pytest.mark.cuda,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="PyTorch finds no CUDA device here"),
]
# Shares of the magnitude that is drawn opaque. Half precision keeps 11 bits, and kernels differ by batch size.
LARGEST, MEAN, BATCHED = 0.01, 0.001, 0.01
EXACT = 1e-3  # both in float32, with convolutions in TF32 as PyTorch sets them
CORRELATION = 0.999


@pytest.fixture(scope="module")
def net():
    return load_weights(SERVER_WEIGHTS)


@pytest.fixture(scope="module")
def gpu(net):
    return HeatMaps(net, "cuda")


@pytest.fixture(scope="module")
def cpu(net):
    return HeatMaps(net, "cpu")


@pytest.fixture(scope="module")
def scale():
    outputs = json.loads((REFERENCE / "bundle.json").read_text("utf-8"))["outputs"]
    return np.array(next(one["scale"] for one in outputs if one["name"] == "heatmaps"))[None, :, None, None]


def test_maps_of_the_gpu_in_half_precision_are_those_of_the_cpu_in_full(gpu, cpu, scale):
    photos = golden_inputs(32)
    ours, exact = gpu.of(photos), cpu.of(photos)
    off = np.abs(ours - exact) / scale
    print(f"largest {off.max():.5f}, mean {off.mean():.6f} of the scale")
    assert off.max() < LARGEST and off.mean() < MEAN
    by_attribute = zip(ours.swapaxes(0, 1), exact.swapaxes(0, 1), strict=True)
    assert min(np.corrcoef(a.ravel(), b.ravel())[0, 1] for a, b in by_attribute) > CORRELATION


def test_full_precision_on_the_gpu_is_nearer_still(net, cpu, scale):
    photos = golden_inputs(8)
    off = np.abs(HeatMaps(net, "cuda", half=False).of(photos) - cpu.of(photos)) / scale
    print(f"largest {off.max():.6f} of the scale")
    assert off.max() < EXACT


@pytest.mark.parametrize("size", [448, 896])
def test_finer_maps_hold_too(gpu, cpu, scale, size):
    photos = golden_inputs(3, size)
    off = np.abs(gpu.of(photos) - cpu.of(photos)) / scale
    print(f"largest {off.max():.5f}, mean {off.mean():.6f} of the scale")
    assert off.max() < LARGEST and off.mean() < MEAN


def test_a_batch_gives_what_each_photo_gives_alone(gpu, scale):
    photos = golden_inputs(40)  # more than one pass
    off = np.abs(gpu.of(photos) - np.concatenate([gpu.of([photo]) for photo in photos])) / scale
    print(f"largest {off.max():.6f} of the scale")
    assert off.max() < BATCHED


def test_the_same_batch_twice_gives_the_same_bits(gpu):
    photos = golden_inputs(32)
    first = gpu.of(photos)
    assert all(np.array_equal(first, gpu.of(photos)) for _ in range(5))


def test_the_trunk_runs_in_half_precision_with_channels_last(gpu):
    seen = []
    handle = gpu.trunk.conv_stem.register_forward_hook(lambda _, given, made: seen.extend([given[0], made]))
    gpu.of(golden_inputs(2))
    handle.remove()
    assert [one.dtype for one in seen] == [torch.float16] * 2
    assert all(one.is_cuda and one.is_contiguous(memory_format=torch.channels_last) for one in seen)
    assert gpu.trunk.conv_stem.weight.is_contiguous(memory_format=torch.channels_last)


def test_memory_is_given_back_after_each_batch(gpu):
    photos = golden_inputs(32)
    gpu.of(photos)
    torch.cuda.synchronize()
    allocated, reserved = torch.cuda.memory_allocated(), torch.cuda.memory_reserved()
    for _ in range(20):
        gpu.of(photos)
    torch.cuda.synchronize()
    assert torch.cuda.memory_allocated() == allocated and torch.cuda.memory_reserved() == reserved


def test_a_hundred_small_and_large_batches_do_not_grow_what_is_reserved(gpu):
    photos = {size: golden_inputs(4, size) for size in (224, 448, 896)}
    for size in photos:
        gpu.of(photos[size])
    allocated, reserved = torch.cuda.memory_allocated(), torch.cuda.memory_reserved()
    for turn in range(100):
        gpu.of(photos[(224, 448, 896)[turn % 3]][: 1 + turn % 4])
    assert torch.cuda.memory_allocated() == allocated
    assert torch.cuda.memory_reserved() <= 1.5 * reserved


@pytest.mark.parametrize("method", METHODS)
def test_the_other_methods_give_on_the_gpu_what_they_give_on_the_cpu(gpu, cpu, method):
    with torch.inference_mode():
        there, here = (maps.features(golden_inputs(2)) for maps in (gpu, cpu))
    theirs, ours = CamMethods(gpu.directions).maps(method, there), CamMethods(cpu.directions).maps(method, here)
    assert np.abs(theirs - ours).max() < 0.02 * np.abs(ours).max()


def test_hirescam_equals_the_closed_form_on_the_gpu(gpu):
    photos = golden_inputs(2)
    with torch.inference_mode():
        features = gpu.features(photos)
    assert np.abs(CamMethods(gpu.directions).maps("hirescam", features) - gpu.of(photos)).max() < 1e-3
