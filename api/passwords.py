"""Passwords: Argon2id at OWASP's minimum, as many at once as there are cores, the same time for unknown accounts."""

import os
import secrets
import threading
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
        return _hasher.hash(password)


def matches(stored: str | None, password: str) -> bool:
    """Whether `password` belongs to the stored hash; None (no such account) takes as long and is False."""
    with _slot():
        try:
            return _hasher.verify(_dummy() if stored is None else stored, password) and stored is not None
        except (VerificationError, InvalidHashError):
            return False


def outdated(stored: str) -> bool:
    """Whether the hash was made with weaker parameters than ours."""
    return _hasher.check_needs_rehash(stored)


@cache
def _dummy() -> str:
    return _hasher.hash(secrets.token_hex(32))
