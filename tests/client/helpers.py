"""Records for the client's tests, and whether devices hold the same."""

from typing import Any

from sample_clients.python import ids, records
from sample_clients.python.http import Server
from sample_clients.python.store import Store
from tests.api import helpers


def score(**changes: Any) -> dict[str, Any]:
    """A valid score with an id of its own."""
    return helpers.score(0, **{"id": ids.uuid7()} | changes)


def same(*devices: tuple[Store, Server, Any]) -> bool:
    """Whether the histories of these devices have one checksum."""
    return len({records.fold(store.live()) for store, _, _ in devices}) == 1
