"""Photos at rest: AES-256-GCM under a key that only the processes hold, bound to the job they belong to."""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12


class Unreadable(ValueError):
    """The ciphertext was sealed under another key or for another job."""


def seal(photo: bytes, job_id: str, key: bytes) -> bytes:
    """Nonce and ciphertext of a photo."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, photo, job_id.encode())


def unseal(sealed: bytes, job_id: str, key: bytes) -> bytes:
    """The photo. Raises `Unreadable`."""
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], job_id.encode())
    except InvalidTag:
        raise Unreadable("sealed under another key: give web and worker the same PHOTO_KEY") from None
