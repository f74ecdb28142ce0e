"""Open a bundle: signature, sizes and hashes first; a file that fails is never run."""

import base64
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from .description import OFFER, PHONE_FILE, can_grade
from .form import has_form, parsed, version_of

TRUSTED_KEYS = Path(__file__).parent / "trusted_keys.json"
RUNTIME, UNKNOWN = (1, 4, 1), (10**9,)  # of ExecuTorch: this client's; what is no version is a later one's
OTHER_FORM = "the bundle has another form than this client reads: update the client"


class Refused(ValueError):
    """Something that is not to be used. `reason` is a word that all clients share, the text is for people."""

    def __init__(self, reason: str, sentence: str) -> None:
        super().__init__(sentence)
        self.reason = reason


class BundleError(Refused):
    """The bundle is not to be believed."""


@dataclass(frozen=True)
class Bundle:
    """A verified bundle and the model file that this client runs. `sha256` is of its bundle.json."""

    data: dict[str, Any]
    model_path: Path
    model_sha256: str
    sha256: str

    @property
    def model(self) -> dict[str, Any]:
        """Name, version and sequence, as records carry them."""
        return {key: self.data[key] for key in ("name", "version", "sequence")}


def open_bundle(folder: Path, trusted_keys: Path = TRUSTED_KEYS) -> Bundle:
    """Verify and open. Raises `BundleError`."""
    try:
        raw, signature = (folder / "bundle.json").read_bytes(), (folder / "bundle.sig").read_bytes()
    except OSError:
        raise BundleError("missing", f"there is no signed bundle in {folder}: name one with --bundle DIR") from None
    data = described(raw, signature, trusted_keys)
    if not can_grade(data):
        raise BundleError("other-form", OTHER_FORM)
    part = phone_file(data)["parts"][0]
    path = folder / part["path"]
    if not fits(path.read_bytes() if path.is_file() else b"", part):
        raise BundleError("damaged", f"{path.name} is missing or damaged: get the bundle again")
    return Bundle(data, path, part["sha256"], hashlib.sha256(raw).hexdigest())


def described(raw: bytes, signature: bytes, trusted_keys: Path) -> dict[str, Any]:
    """The content of a signed bundle.json that this client can run. Raises `BundleError`."""
    verify(raw, signature, trusted_keys, "bundle")
    if (data := parsed(raw, OFFER)) is None:  # signed, and yet of another form
        raise BundleError("other-form", OTHER_FORM)
    needed = phone_file(data)["min_runtime"]
    if (version_of(needed) or UNKNOWN) > RUNTIME:
        raise BundleError("runtime-too-old", f"the model needs ExecuTorch {needed}: update the client")
    return data


def phone_file(data: dict[str, Any]) -> dict[str, Any]:
    """The file of the bundle that this client runs: int8 where there are several. Raises `BundleError`."""
    files = [file for file in data["files"] if (file.get("format"), file.get("backend")) == ("executorch", "xnnpack")]
    if not files:
        raise BundleError("no-file", "the bundle has no ExecuTorch file for this machine")
    if not has_form(files, [PHONE_FILE]):
        raise BundleError("other-form", OTHER_FORM)
    return min(files, key=lambda file: file["precision"] != "int8")


def verify(raw: bytes, signature: bytes, trusted_keys: Path, what: str) -> None:
    """Whether a trusted key signed these exact bytes of `what`. Raises `BundleError`."""
    try:
        document = parsed(signature, {"key_id": str, "signature": str}) or {}
        key = json.loads(trusted_keys.read_text("utf-8"))[document["key_id"]]
        signed = base64.b64decode(document["signature"])
    except (ValueError, KeyError, TypeError):
        raise BundleError(
            "unknown-key", f"the {what} is signed by an unknown key, or its signature is damaged"
        ) from None
    try:
        Ed25519PublicKey.from_public_bytes(base64.b64decode(key)).verify(signed, raw)
    except InvalidSignature:
        raise BundleError("changed", f"the {what} was changed after it was signed") from None


def fits(data: bytes, part: dict[str, Any]) -> bool:
    """Whether these are the bytes that the bundle lists."""
    return len(data) == part["bytes"] and hashlib.sha256(data).hexdigest() == part["sha256"]
