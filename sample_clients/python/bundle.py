"""Open a bundle: signature, sizes and hashes first; a file that fails is never run."""

import base64
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

TRUSTED_KEYS = Path(__file__).parent / "trusted_keys.json"
RUNTIME = (1, 4, 1)  # of ExecuTorch, this client's
SCHEMA = 1


class BundleError(ValueError):
    """The bundle is not to be believed; the text says why."""


@dataclass(frozen=True)
class Bundle:
    """A verified bundle and the model file that this client runs."""

    data: dict[str, Any]
    model_path: Path
    model_sha256: str

    @property
    def model(self) -> dict[str, Any]:
        """Name, version and sequence, as records carry them."""
        return {key: self.data[key] for key in ("name", "version", "sequence")}


def open_bundle(folder: Path, trusted_keys: Path = TRUSTED_KEYS) -> Bundle:
    """Verify and open. Raises `BundleError`."""
    try:
        raw, signature = (folder / "bundle.json").read_bytes(), (folder / "bundle.sig").read_bytes()
    except OSError:
        raise BundleError(f"there is no signed bundle in {folder}: name one with --bundle DIR") from None
    _verify(raw, signature, json.loads(trusted_keys.read_text("utf-8")))
    data = json.loads(raw)
    if data["schema"] != SCHEMA:
        raise BundleError(f"the bundle has schema {data['schema']}; this client reads {SCHEMA}: update the client")
    file = next((f for f in data["files"] if (f["format"], f["backend"]) == ("executorch", "xnnpack")), None)
    if file is None:
        raise BundleError("the bundle has no ExecuTorch file for this machine")
    if tuple(map(int, file["min_runtime"].split("."))) > RUNTIME:
        raise BundleError(f"the model needs ExecuTorch {file['min_runtime']}: update the client")
    part = file["parts"][0]
    _check_part(folder / part["path"], part)
    return Bundle(data, folder / part["path"], part["sha256"])


def _verify(raw: bytes, signature: bytes, trusted: dict[str, str]) -> None:
    try:
        document = json.loads(signature)
        key, signed = trusted[document["key_id"]], base64.b64decode(document["signature"])
    except (ValueError, KeyError, TypeError):
        raise BundleError("the bundle is signed by an unknown key, or its signature is damaged") from None
    try:
        Ed25519PublicKey.from_public_bytes(base64.b64decode(key)).verify(signed, raw)
    except InvalidSignature:
        raise BundleError("the bundle was changed after it was signed") from None


def _check_part(path: Path, part: dict[str, Any]) -> None:
    data = path.read_bytes() if path.is_file() else b""
    if len(data) != part["bytes"] or hashlib.sha256(data).hexdigest() != part["sha256"]:
        raise BundleError(f"{path.name} is missing or damaged: get the bundle again")
