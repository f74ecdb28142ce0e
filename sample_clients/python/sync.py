"""Bring the local history and the server's together: push what waits, pull what is new, compare, repair.

After 410 (the server was restored or wiped) the client pulls from nothing and pushes again every record and
tombstone that the listing lacks; it never deletes anything without a tombstone.
"""

import json
from dataclasses import dataclass
from typing import Any

from . import records
from .http import Server, ServerError
from .push import push
from .store import Store

NOT_MODIFIED = 304
PAGE = {
    "records": [{"seq": int, "record": records.is_record}],
    "tombstones": [{"id": str}],
    "next_cursor": str,
    "has_more": bool,
    "head": {"count": int, "xor": str},
}


@dataclass
class Outcome:
    """What one sync did; `complete` when both sides hold the same records."""

    pushed: int = 0
    pulled: int = 0
    refused: int = 0
    complete: bool = False
    limit: int | None = None  # of a page; the server's own when left out


def sync(store: Store, server: Server, limit: int | None = None) -> Outcome:
    """Push, pull in pages of `limit`, compare. Raises `ServerError`; whatever was done until then stays done."""
    outcome = Outcome(limit=limit)
    store.try_again("quota-exceeded")
    head = _round(store, server, outcome)
    if not _same(store, head):
        _pull_all(store, server, outcome)
        head = _round(store, server, outcome)
    outcome.complete = _same(store, head)
    return outcome


def _round(store: Store, server: Server, outcome: Outcome) -> dict:
    _send(store, server, outcome)
    try:
        return _pull(store, server, outcome)
    except ServerError as error:
        if error.slug != "cursor-expired":
            raise
    _pull_all(store, server, outcome)
    _send(store, server, outcome)
    return _pull(store, server, outcome)


def _send(store: Store, server: Server, outcome: Outcome) -> None:
    pushed, refused = push(store, server)
    outcome.pushed += pushed
    outcome.refused += refused


def _pull(store: Store, server: Server, outcome: Outcome) -> dict:
    """All pages after the stored cursor; the head of the last one."""
    while (page := _page(store, server, outcome.limit)) is not None:
        outcome.pulled += len(page["records"]) + len(page["tombstones"])
        if not page["has_more"]:
            break
    return json.loads(store.setting("head") or "null") or {}


def _pull_all(store: Store, server: Server, outcome: Outcome) -> None:
    """Every page from the start, then queue what the server lacks."""
    live: set[str] = set()
    deleted: set[str] = set()
    store.set("cursor", None)
    while (page := _page(store, server, outcome.limit)) is not None:
        live |= {item["record"]["id"] for item in page["records"]}
        deleted |= {item["id"] for item in page["tombstones"]}
        if not page["has_more"]:
            break
    store.queue_missing(live, deleted)


def _page(store: Store, server: Server, limit: int | None) -> dict[str, Any] | None:
    """The next page, stored; None when the server has nothing newer than what is here."""
    cursor, etag = store.setting("cursor"), store.setting("etag")
    headers = {"If-None-Match": etag} if cursor and etag else {}
    params = {name: value for name, value in (("cursor", cursor), ("limit", limit)) if value is not None}
    answer = server.call("GET", "/v1/sync", params=params, headers=headers)
    if answer.status_code == NOT_MODIFIED:
        return None
    page = answer.json(PAGE)
    _require_end(page, cursor)
    store.apply_page(page, answer.headers.get("ETag"))
    return page


def _require_end(page: dict[str, Any], cursor: str | None) -> None:
    """Raises `ServerError` for a page from which no pull would come to its end."""
    if page["has_more"] and page["next_cursor"] == cursor:
        raise ServerError("unexpected", "the server's history does not come to its end: try again later")


def _same(store: Store, head: dict) -> bool:
    refused = {record_id for record_id, _ in store.parked()}
    live = [record for record in store.live() if record["id"] not in refused]
    return head.get("count") == len(live) and head.get("xor") == records.fold(live)
