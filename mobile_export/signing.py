"""Ed25519 over exact bytes, with the key's name beside: what an app checks before it believes a bundle or a channel.

A private key is a PKCS #8 PEM file named after its id, or the same text in the environment variable
SKINSCORE_SIGNING_KEY. `mobile_export.sign` is the command line of this module.
"""

import base64
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

DEVELOPMENT_KEY = Path(__file__).parent / "keys" / "DEVELOPMENT-ONLY.pem"  # committed: it proves nothing to anybody
VARIABLE = "SKINSCORE_SIGNING_KEY"
ALGORITHM = "Ed25519"


class SignatureError(ValueError):
    """A signature that does not hold, or a key that is none; the text says why."""


@dataclass(frozen=True)
class SigningKey:
    """A private key and the name under which apps trust its public half."""

    key_id: str
    private: Ed25519PrivateKey = field(repr=False)

    @property
    def public(self) -> str:
        """Base64 of the raw 32 public bytes, as trusted_keys.json holds them."""
        return base64.b64encode(self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()

    def sign(self, data: bytes) -> str:
        """The detached signature document of `data`."""
        return _document(self.key_id, self.private.sign(data))


def find_key(
    path: Path | None,
    key_id: str | None,
    default: Path | None = None,
    environment: Mapping[str, str] = os.environ,
) -> SigningKey:
    """The key in the file at `path`, or in the environment, or in the file at `default`, in this order."""
    if path is None and environment.get(VARIABLE):
        if not key_id:
            raise SignatureError(f"the key in {VARIABLE} has no name of its own: give it with --key-id")
        return SigningKey(key_id, _private(environment[VARIABLE].replace("\\n", "\n").encode(), VARIABLE))
    file = path or default
    if file is None:
        raise SignatureError(f"name a signing key with --key FILE.pem, or put its PEM text into {VARIABLE}")
    return read_key(file, key_id)


def read_key(path: Path, key_id: str | None = None) -> SigningKey:
    """The key in a PEM file; the file's stem is its id unless another is given."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SignatureError(f"the key {path} cannot be read: {error.strerror}") from None
    return SigningKey(key_id or path.stem, _private(data, str(path)))


def _private(pem: bytes, where: str) -> Ed25519PrivateKey:
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise SignatureError(f"{where} holds no Ed25519 key in PEM form without a password")
    return key


def make_key(folder: Path, key_id: str) -> SigningKey:
    """A new key in `folder`, readable by its owner only. Raises FileExistsError: a key is never overwritten."""
    key = Ed25519PrivateKey.generate()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    held = os.open(folder / f"{key_id}.pem", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(held, "wb") as file:
        file.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return SigningKey(key_id, key)


def trusted_keys(path: Path | None) -> dict[str, str]:
    """Public keys by id from a JSON file; the development key where no file is named."""
    if path is None:
        return {DEVELOPMENT_KEY.stem: read_key(DEVELOPMENT_KEY).public}
    try:
        held = json.loads(path.read_text("utf-8"))
        for public in held.values():
            Ed25519PublicKey.from_public_bytes(base64.b64decode(public, validate=True))
    except (OSError, ValueError, AttributeError, TypeError):
        raise SignatureError(f'{path} must hold JSON like {{"KEY_ID": "public key in base64"}}') from None
    return held


def verify(data: bytes, document: str, trusted: Mapping[str, str], name: str) -> str:
    """The id of the trusted key that signed `data`, the content of the file `name`. Raises `SignatureError`."""
    signed = f"{Path(name).stem}.sig"
    try:
        held = json.loads(document)
        key_id, signature = held["key_id"], base64.b64decode(held["signature"], validate=True)
    except (ValueError, KeyError, TypeError):
        raise SignatureError(f"{signed} is damaged") from None
    if held.get("algorithm") != ALGORITHM or key_id not in trusted:
        raise SignatureError(f"{name} is signed by '{key_id}', which is not a trusted key")
    if document != _document(key_id, signature):  # base64 and JSON have several spellings; ours is one
        raise SignatureError(f"{signed} was changed after signing")
    try:
        Ed25519PublicKey.from_public_bytes(base64.b64decode(trusted[key_id])).verify(signature, data)
    except InvalidSignature:
        raise SignatureError(f"{name} and {signed} do not fit: one was changed after signing") from None
    return key_id


def _document(key_id: str, signature: bytes) -> str:
    text = base64.b64encode(signature).decode()
    return json.dumps({"key_id": key_id, "algorithm": ALGORITHM, "signature": text}) + "\n"
