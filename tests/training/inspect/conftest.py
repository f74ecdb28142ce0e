"""Rendered photos of skin that a test may change, and two that validate."""

import shutil

import pytest
from PIL import Image

from training.phantom.__main__ import main as render


@pytest.fixture(scope="session")
def skin(tmp_path_factory):
    folder = tmp_path_factory.mktemp("skin")
    render(["--out", str(folder), "--count", "10", "--seed", "3", "--side", "96"])
    return folder


@pytest.fixture()
def photos(skin, tmp_path):
    return shutil.copytree(skin, tmp_path / "photos")


@pytest.fixture()
def held_out(skin, tmp_path):
    """Two photos that `photos` does not have, mirrored from two that it has."""
    folder = tmp_path / "held_out"
    folder.mkdir()
    for name in ("00000", "00001"):
        Image.open(skin / f"{name}.jpg").transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(folder / f"new{name}.jpg")
        shutil.copy(skin / f"{name}.json", folder / f"new{name}.json")
    return folder
