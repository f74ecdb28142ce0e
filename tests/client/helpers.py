"""Records for the client's tests."""

from typing import Any

from sample_clients.python import ids


def score(**changes: Any) -> dict[str, Any]:
    """A valid score with an id of its own."""
    answer = {"grade": 2, "balanced": 2, "expected_milli": 2000, "probabilities_e4": [0, 1000, 8000, 1000, 0]}
    return {
        "id": ids.uuid7(),
        "kind": "score",
        "captured_at": "2026-05-04T08:30:00+09:00",
        "part": 0,
        "attributes": {"oil": answer},
        "model": {"name": "m", "version": "1", "sequence": 1},
        "file_sha256": "0" * 64,
        "app": "test",
    } | changes
