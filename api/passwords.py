"""Passwords: Argon2id at OWASP's minimum, as many at once as there are cores, the same time for unknown accounts."""

import os
import threading
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MIN_LENGTH, MAX_LENGTH = 8, 256
_hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)  # KiB
_slots = threading.BoundedSemaphore(os.cpu_count() or 1)


def hash_password(password: str) -> str:
    """The encoded hash to store."""
    with _slots:
        return _hasher.hash(password)


def matches(stored: str | None, password: str) -> bool:
    """Whether `password` belongs to the stored hash; None (no such account) takes as long and is False."""
    with _slots:
        try:
            return _hasher.verify(stored or _dummy(), password) and stored is not None
        except (VerificationError, InvalidHashError):
            return False


@cache
def _dummy() -> str:
    return _hasher.hash("no account has this password")
