"""Records, a photo, and questions at once, for all tests of the API and its clients."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any, TypeVar

from api.database import database

T = TypeVar("T")


def uuid7(n: int) -> str:
    """A well-formed id that differs for every n."""
    return f"0190a000-{n >> 16:04x}-7{n & 0xFFF:03x}-8{(n >> 12) & 0xF:01x}00-{n:012x}"


def score(n: int, **changes: Any) -> dict[str, Any]:
    """A valid score."""
    answer = {"grade": 2, "balanced": 2, "expected_milli": 2000, "probabilities_e4": [0, 1000, 8000, 1000, 0]}
    record = {
        "id": uuid7(n),
        "kind": "score",
        "captured_at": "2026-05-04T08:30:00+09:00",
        "part": 0,
        "attributes": {"oil": answer},
        "model": {"name": "m", "version": "1.0.0", "sequence": 1},
        "file_sha256": "0" * 64,
        "app": "test",
    }
    return record | changes


PNG = b"\x89PNG\r\n\x1a\n" + os.urandom(64)


def at_once(times: int, ask: Callable[[], T]) -> list[T]:
    """What `ask` gave each of so many threads that started together."""
    together = Barrier(times)

    def one(_: int) -> T:
        together.wait()
        try:
            return ask()
        finally:
            database.close()

    with ThreadPoolExecutor(times) as threads:
        return list(threads.map(one, range(times)))
