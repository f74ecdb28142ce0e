"""A server process with a channel, and a client that came with the first of three bundles."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mobile_export.versions import keep_previous
from sample_clients.python.client import Client
from tests.client import small_bundle
from tests.client.small_bundle import MODEL, channel
from tests.serving import serving


@pytest.fixture(scope="session")
def bundles(small_bundles, tmp_path_factory) -> dict[int, Path]:
    """Sequences 1 to 3; the third keeps the others, as an export leaves them."""
    folder = tmp_path_factory.mktemp("bundles")
    kept = {n: Path(shutil.copytree(bundle, folder / str(n))) for n, bundle in small_bundles.items()}
    keep_previous(kept[1], kept[2])
    keep_previous(kept[2], kept[3])
    return kept


@pytest.fixture(scope="session")
def served(bundles, tmp_path_factory):
    """URL of a server process, and the folder that it serves."""
    folder = tmp_path_factory.mktemp("server")
    shutil.copytree(bundles[3], folder / "model")
    with serving(folder, folder / "model") as (url, _, _):
        yield url, folder / "model"


@pytest.fixture
def publish(served, bundles):
    """Puts a channel that names the bundle of this sequence on the server, and all files as they should be."""
    folder = served[1]

    def put(sequence: int, number: int = 1, revoked=(), **terms) -> None:
        channel(folder, number, bundles[sequence], revoked=[bundles[n] for n in revoked], **terms)

    yield put
    for n, kept in ((3, folder), (2, folder / "previous" / "2"), (1, folder / "previous" / "1")):
        for name in ("bundle.sig", MODEL, "golden.json"):
            shutil.copyfile(bundles[n] / name, kept / name)


@pytest.fixture
def publish_spoilt(served):
    """Puts a bundle of sequence 9 on the server, changed by `spoil` and signed, and a channel that names it."""
    wrong = served[1] / "previous" / "9"

    def put(spoil: Callable[[Path], object] = lambda bundle: None, **changes) -> None:
        shutil.copytree(served[1], wrong, ignore=shutil.ignore_patterns("previous"))
        spoil(wrong)
        small_bundle.sign(wrong, 9, **changes)
        channel(served[1], names=wrong)

    yield put
    shutil.rmtree(wrong)


@pytest.fixture
def client(served, bundles, tmp_path, monkeypatch):
    """A client that came with bundle 1."""
    monkeypatch.setattr("sample_clients.python.http.pause", lambda attempt: 0)
    held = Client(bundles[1], tmp_path / "home", served[0])
    yield held
    held.store.close()


@pytest.fixture
def photo(tmp_path) -> Path:
    path = tmp_path / "photo.png"
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (80, 70, 3), np.uint8)).save(path)
    return path
