"""Passwords: Argon2id at OWASP's minimum, as many at once as there are cores, the same time for unknown accounts.

Keyboards write one character in several ways (한 as one code point or as three), so passwords are brought to NFKC
before they are hashed (NIST SP 800-63B).
"""

import os
import secrets
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from api.problems import Problem

MIN_LENGTH, MAX_LENGTH = 8, 256
WAIT_SECONDS = 5.0  # for a free core; then the caller is told to come back, so that nobody's thread is kept
_hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)  # KiB
_slots = threading.BoundedSemaphore(os.cpu_count() or 1)


@contextmanager
def _slot() -> Iterator[None]:
    if not _slots.acquire(timeout=WAIT_SECONDS):
        raise Problem("busy", "many people sign in at this moment: try again in a few seconds")
    try:
        yield
    finally:
        _slots.release()


def hash_password(password: str) -> str:
    """The encoded hash to store. Raises the problem `busy` when no core gets free."""
    with _slot():
        return _hasher.hash(_stable(password))


def matches(stored: str | None, password: str) -> bool:
    """Whether `password` belongs to the stored hash; None (no such account) takes as long and is False."""
    with _slot():
        try:
            return _hasher.verify(_dummy() if stored is None else stored, _stable(password)) and stored is not None
        except (VerificationError, InvalidHashError):
            return False


def _stable(password: str) -> str:
    return unicodedata.normalize("NFKC", password)


def outdated(stored: str) -> bool:
    """Whether the hash was made with weaker parameters than ours."""
    return _hasher.check_needs_rehash(stored)


@cache
def _dummy() -> str:
    return _hasher.hash(secrets.token_hex(32))
