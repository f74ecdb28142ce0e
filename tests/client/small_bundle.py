"""Small signed bundles whose model runs, two convolutions in place of EfficientNet, and channels that name them."""

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import torch
from torch import nn

from mobile_export.bundle import part
from mobile_export.channel import Terms, compose, write_channel
from mobile_export.executorch_file import lower
from mobile_export.formats import PTE_INT8
from mobile_export.golden import golden_document
from mobile_export.graph import PhoneGraph, output_records
from mobile_export.signing import DEVELOPMENT_KEY, SigningKey, read_key
from training.attributes import KEYS, as_records
from training.decoding import Decoding
from training.model import SkinNet
from training.runtime import PteRunner

DEVELOPMENT = read_key(DEVELOPMENT_KEY)
SIZE = 64
MODEL = PTE_INT8.path
DECODING = Decoding(temperature=(1.0,) * 5, prior=((0.2,) * 5,) * 5)


def model(seed: int) -> bytes:
    """A `.pte` with the product's five outputs; another seed answers otherwise."""
    torch.manual_seed(seed)
    net = SkinNet().eval()
    with torch.no_grad():
        net.head.weight.mul_(20)
    trunk = nn.Sequential(nn.Conv2d(3, 16, 8, 8), nn.ReLU(), nn.Conv2d(16, 1280, 4, 4)).eval()
    return lower(PhoneGraph(net, DECODING, trunk), SIZE)


def write(folder: Path, sequence: int) -> Path:
    """A bundle of this sequence, signed by the development key."""
    folder.mkdir()
    (folder / MODEL).write_bytes(model(sequence))
    golden = golden_document({"int8": PteRunner(folder / MODEL)}, SIZE)
    (folder / "golden.json").write_text(json.dumps(golden))
    sign(folder, sequence)
    return folder


def sign(folder: Path, sequence: int, key: SigningKey = DEVELOPMENT, **changes: Any) -> None:
    """Describe what lies in `folder`, and sign it; `changes` are of the file's entry."""
    file = {"format": "executorch", "backend": "xnnpack", "precision": "int8", "role": "phone", "min_runtime": "1.4.0"}
    described = {
        "schema": 1,
        "name": "small",
        "version": f"0.1.{sequence}",
        "sequence": sequence,
        "attributes": as_records(),
        "input": {"size": SIZE},
        "outputs": output_records(SIZE, [1.0] * 5),
        "decoding": {"conformal_q": [0.2] * 5, "coverage": 0.9},
        "quality_gate": {"luma": [0, 1], "clipped": 1, "sharpness": 0},
        "graded_parts": {key: [0, 1, 2, 3] for key in KEYS},
        "files": [file | {"parts": [part(folder, folder / MODEL)]} | changes],
        "golden": part(folder, folder / "golden.json"),
    }
    raw = json.dumps(described).encode()
    (folder / "bundle.json").write_bytes(raw)
    (folder / "bundle.sig").write_text(key.sign(raw))


def sha256_of(bundle: Path) -> str:
    """The hash by which channels name a bundle."""
    return hashlib.sha256((bundle / "bundle.json").read_bytes()).hexdigest()


def channel(
    folder: Path,
    number: int = 1,
    names: Path | str | None = None,
    key: SigningKey = DEVELOPMENT,
    age: float = 0,
    revoked: Iterable[Path] = (),
    **terms: Any,
) -> None:
    """Sign a channel into `folder`, issued `age` days ago, which may say what apps refuse.

    It names the bundle that lies there, or `names`: another one, or a hash. `terms` are of `mobile_export.channel`.
    """
    named = names if isinstance(names, str) else sha256_of(names or folder)
    issued = datetime.now(UTC) - timedelta(days=age)
    document = compose(named, None, Terms(sequence=number, **terms), [], issued)
    write_channel(folder, document | {"revoked": [sha256_of(bundle) for bundle in revoked]}, key)
