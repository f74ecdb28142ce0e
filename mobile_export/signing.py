"""Ed25519 over exact bytes, with the key's name beside: what an app checks before it believes a bundle.

python -m mobile_export.signing KEY_ID      # a new key: KEY_ID.pem, and its public half on stdout
"""

import argparse
import base64
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

DEVELOPMENT_KEY = Path(__file__).parent / "keys" / "DEVELOPMENT-ONLY.pem"  # committed: it proves nothing to anybody
ALGORITHM = "Ed25519"


class SignatureError(ValueError):
    """A signature that does not hold; the text says why."""


def load_key(path: Path) -> Ed25519PrivateKey:
    """A private key from a PKCS #8 PEM file; the file's stem is its key id."""
    key = load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise SignatureError(f"{path} is no Ed25519 key")
    return key


def public_text(key: Ed25519PrivateKey) -> str:
    """Base64 of the raw 32 public bytes, as trusted_keys.json holds them."""
    return base64.b64encode(key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()


def sign(data: bytes, key_path: Path) -> str:
    """The detached signature document of `data`."""
    signature = base64.b64encode(load_key(key_path).sign(data)).decode()
    return json.dumps({"key_id": key_path.stem, "algorithm": ALGORITHM, "signature": signature}) + "\n"


def verify(data: bytes, document: str, trusted: dict[str, str]) -> str:
    """The id of the trusted key that signed `data`. Raises `SignatureError`."""
    try:
        held = json.loads(document)
        key_id, signature = held["key_id"], base64.b64decode(held["signature"], validate=True)
    except (ValueError, KeyError, TypeError):
        raise SignatureError("the signature file is damaged") from None
    if held.get("algorithm") != ALGORITHM or key_id not in trusted:
        raise SignatureError(f"signed by '{key_id}', which is not a trusted key")
    try:
        Ed25519PublicKey.from_public_bytes(base64.b64decode(trusted[key_id])).verify(signature, data)
    except InvalidSignature:
        raise SignatureError("the signature does not fit: the file was changed after signing") from None
    return key_id


def main(argv: Sequence[str] | None = None) -> int:
    """Make a key pair; never overwrites a key."""
    p = argparse.ArgumentParser("python -m mobile_export.signing", description="Make a signing key.")
    p.add_argument("key_id")
    path = Path(f"{p.parse_args(argv).key_id}.pem")
    key = Ed25519PrivateKey.generate()
    try:
        with path.open("xb") as file:
            file.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    except FileExistsError:
        print(f"{path} exists: a key is never overwritten", file=sys.stderr)
        return 2
    print(json.dumps({path.stem: public_text(key)}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
