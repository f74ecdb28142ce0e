"""An empty store, bundles to publish, and the command that does it."""

import shutil
from pathlib import Path

import pytest

from api.models import held
from api.models.__main__ import main


@pytest.fixture
def bundles(small_bundles, tmp_path) -> dict[int, Path]:
    """Bundles of sequences 1 to 3 that a test may change."""
    return {n: Path(shutil.copytree(folder, tmp_path / "bundles" / str(n))) for n, folder in small_bundles.items()}


@pytest.fixture
def place(tmp_path, monkeypatch) -> Path:
    """An empty store."""
    monkeypatch.setenv("MODEL_DIR", str(tmp_path / "store"))
    monkeypatch.delenv("SKINSCORE_ENV", raising=False)
    return tmp_path / "store"


@pytest.fixture
def run(place, capsys):
    """Runs the command: status, and what it said."""

    def command(*words: object) -> tuple[int, str]:
        status = main([str(word) for word in words])
        said = capsys.readouterr()
        return status, said.out + said.err

    return command


def live(place: Path) -> list[int]:
    """Sequences of what a store offers, newest first."""
    return [bundle.data["sequence"] for bundle in held.held(place)]
