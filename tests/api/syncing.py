"""Pushes and pulls, and what the server said of them."""

from collections.abc import Iterable
from typing import Any

from werkzeug.test import TestResponse

from tests.api.conftest import Person


def push(person: Person, records: Iterable[Any] = (), deletes: Iterable[Any] = ()) -> dict[str, Any]:
    """The answer to these records and deletes."""
    answer = person.ask("POST", "/v1/sync", json={"records": list(records), "deletes": list(deletes)})
    assert answer.status_code == 200, answer.text
    return answer.json


def pull(person: Person, cursor: str | None = None, limit: int = 200) -> TestResponse:
    """The page after this cursor, which is sent as it is written."""
    return person.ask("GET", f"/v1/sync?limit={limit}" + (f"&cursor={cursor}" if cursor else ""))


def verdicts(answer: dict[str, Any]) -> list[str]:
    """Of a push: one for each record, then for each delete."""
    return [result["verdict"] for result in answer["results"]]
