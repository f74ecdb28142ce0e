"""What each normalisation takes away before the network looks, and that weights remember theirs."""

import pytest
import torch

from training import checkpoint
from training.decoding import Decoding
from training.model import SkinNet
from training.normalise import DATASET, PHOTO, UNIT, DatasetNormal, PhotoNormal


@pytest.fixture
def photo():
    return 40 + 80 * torch.rand(1, 3, 32, 32, generator=torch.Generator().manual_seed(0))


def test_exposure_and_white_balance_hardly_change_what_the_network_sees(photo):
    other_lamp = photo * torch.tensor([1.6, 1.2, 0.8]).view(1, 3, 1, 1)
    seen, again = PhotoNormal()(photo), PhotoNormal()(other_lamp)
    assert (seen - again).abs().max() < 0.03 * seen.abs().max()
    assert seen.mean([2, 3]).abs().max() < 0.05


def test_a_spot_of_one_unit_of_contrast_is_seen_as_one(photo):
    flat = torch.full((1, 3, 64, 64), 200.0)
    flat[:, :, 3, 3] *= 1 - UNIT
    assert PhotoNormal()(flat)[0, 0, 3, 3].item() == pytest.approx(-1, abs=0.02)


@pytest.mark.parametrize("level", [0.0, 255.0])
def test_black_and_white_photos_stay_finite_in_half_precision(level):
    even = torch.full((1, 3, 224, 224), level, dtype=torch.float16)
    assert torch.isfinite(PhotoNormal().half()(even)).all()


def test_a_data_sets_constants_are_subtracted_and_divided_by(photo):
    mean, std = (0.5, 0.4, 0.3), (0.2, 0.25, 0.1)
    expected = (photo / 255 - torch.tensor(mean).view(1, 3, 1, 1)) / torch.tensor(std).view(1, 3, 1, 1)
    assert torch.allclose(DatasetNormal(mean, std)(photo), expected, atol=1e-5)


@pytest.mark.parametrize("side", [224, 96, 50])  # the last one is no whole number of cells
def test_the_mean_of_cells_is_the_mean_of_the_photo(side):
    share = torch.rand(2, 3, side, side, generator=torch.Generator().manual_seed(1))
    assert torch.allclose(PhotoNormal().mean_colour(share), share.mean([2, 3], keepdim=True), atol=1e-6)


@pytest.mark.parametrize("kind", [PHOTO, DATASET])
def test_weights_alone_say_how_photos_are_normalised(tmp_path, kind):
    checkpoint.save(tmp_path, SkinNet(normalised_by=kind), 64, Decoding())
    assert checkpoint.load_weights(tmp_path / checkpoint.WEIGHTS).normalised_by == kind
