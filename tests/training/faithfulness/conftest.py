"""A network that nobody trained, and rendered skin whose signs are known."""

import pytest
import torch

from training.model import SkinNet
from training.photo_set import PhotoSet, render_set


@pytest.fixture(scope="session")
def net() -> SkinNet:
    torch.manual_seed(0)
    return SkinNet().eval()


@pytest.fixture(scope="session")
def skin() -> PhotoSet:
    return render_set(10, 64, seed=6)
