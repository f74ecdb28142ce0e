"""Records for the client's tests, whether devices hold the same, and what happens while an answer is on its way."""

import json
from collections.abc import Callable
from typing import Any

import requests

from sample_clients.python import ids, records
from sample_clients.python.http import Server
from sample_clients.python.store import Store
from tests.api import helpers
from tests.golden.wires import response


def score(**changes: Any) -> dict[str, Any]:
    """A valid score with an id of its own."""
    return helpers.score(0, **{"id": ids.uuid7()} | changes)


def said(body: Any) -> requests.Response:
    """A good answer of the server with this JSON, or with a text in its place."""
    text = body if isinstance(body, str) else json.dumps(body)
    return response(200, text.encode(), {"Content-Type": "application/json"})


def same(*devices: tuple[Store, Server, Any]) -> bool:
    """Whether the histories of these devices have one checksum."""
    return len({records.fold(store.live()) for store, _, _ in devices}) == 1


def meanwhile(wire: Any, act: Callable[[], None]) -> None:
    """Let something happen while the answer to the next refresh is on its way."""
    answered = wire.request

    def late(method: str, url: str, **options: Any) -> Any:
        answer = answered(method, url, **options)
        if url.endswith("/refresh"):
            wire.request = answered
            act()
        return answer

    wire.request = late
