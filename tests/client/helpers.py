"""Records for the client's tests."""

from typing import Any

from sample_clients.python import ids
from tests.api import helpers


def score(**changes: Any) -> dict[str, Any]:
    """A valid score with an id of its own."""
    return helpers.score(0, **{"id": ids.uuid7()} | changes)
