"""What an item of a push is worth before the table is looked at, and how a verdict says no."""

from typing import Any

from pydantic import ValidationError

from api import records
from api.problems import document, faults

Verdict = dict[str, Any]


def judged(record: Any) -> tuple[str, str, str] | Verdict:
    """Id, canonical text and hash of a valid record; the verdict of any other."""
    try:
        records.check(record)
    except ValidationError as error:
        identity = record.get("id") if isinstance(record, dict) else None
        return invalid(identity, document("invalid", errors=faults(error)))
    text = records.canonical(record)
    return record["id"], text, records.content_hash(text)


def doomed(identity: Any) -> str | Verdict:
    """The id of a deletion that can be made; the verdict of any other."""
    if isinstance(identity, str) and records.UUID7.fullmatch(identity):
        return identity
    return invalid(identity, document("invalid", "write a lower-case UUID of version 7"))


def no_room(identity: str, reason: str) -> Verdict:
    """The verdict where the account has no room."""
    return invalid(identity, document("quota-exceeded", reason))


def invalid(identity: Any, problem: dict[str, Any]) -> Verdict:
    """The verdict of what cannot be filed, with the problem that says why."""
    # JSON that is no string says nothing about which record was meant.
    return {"id": identity if isinstance(identity, str) else None, "verdict": "invalid", "problem": problem}
