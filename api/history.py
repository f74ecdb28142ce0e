"""Pull: the page of an account's history after a cursor, read with its head by one statement and so in one snapshot.

Bodies lie in the table as the canonical text, and the database joins them to the page: fetched row by row, SQLite gives
the interpreter to other threads at every row, which takes longer than reading it. The ETag says up to where a client
stands after the page, so only one that has everything can ever be told 304.
"""

import json
from dataclasses import dataclass, fields
from typing import Any, NamedTuple

from api import cursors
from api.database import run
from api.problems import Problem
from api.tables import Account, database

MAX_PAGE, PAGE = 500, 200
HEAD = "epoch, seq, count, xor, tombstones"
# Of a row one of the two is NULL, which joining leaves out.
RECORD = """CASE WHEN NOT tombstone THEN '{"seq":' || seq || ',"record":' || body || '}' END"""
TOMBSTONE = """CASE WHEN tombstone THEN '{"seq":' || seq || ',"id":"' || id || '"}' END"""
ROWS = "SELECT seq, id, tombstone, body FROM record WHERE account_id = ? AND seq > ? ORDER BY seq LIMIT ?"


@dataclass
class Head:
    """Where an account's history stands, as in the table `SyncHead`."""

    epoch: str
    seq: int
    count: int
    xor: str
    tombstones: int


class Rows(NamedTuple):
    """How many rows a page has, the last one's number, and both kinds of them as the client reads them."""

    taken: int
    newest: int
    live: str | None
    dead: str | None


@dataclass(frozen=True)
class Page:
    """What a pull answers; no text where the client has everything already."""

    etag: str
    text: str | None


def pull(account: Account, cursor: str | None, limit: int, key: str, had: set[str]) -> Page:
    """The page after `cursor` (from the start without one); `had` are the ETags that the client holds."""
    stand = cursors.decode(cursor, key) if cursor else None
    if had:
        head = head_of(run(f"SELECT {HEAD} FROM synchead WHERE account_id = ?", account.id))
        _require_known(stand, head)
        if _etag(head, head.seq) in had:
            return Page(_etag(head, head.seq), None)
    found = run(_statement(), account.id, stand.seq if stand else 0, limit, account.id)
    head = head_of([row[: len(fields(Head))] for row in found])
    _require_known(stand, head)
    return _page(head, Rows(*found[0][len(fields(Head)) :]), limit, key)


def _statement() -> str:
    live, dead = database.joined(RECORD), database.joined(TOMBSTONE)
    joined = f"SELECT count(*) AS taken, max(seq) AS newest, {live} AS live, {dead} AS dead"
    page = f"({joined} FROM ({ROWS}) AS part) AS page"
    return f"SELECT {HEAD}, taken, newest, live, dead FROM synchead, {page} WHERE account_id = ?"


def _page(head: Head, rows: Rows, limit: int, key: str) -> Page:
    more = rows.taken == limit and rows.newest < head.seq
    last = rows.newest if more else head.seq
    end = {"next_cursor": cursors.encode(head.epoch, last, key), "has_more": more, "head": shown(head)}
    text = f'{{"records":[{rows.live or ""}],"tombstones":[{rows.dead or ""}],{json.dumps(end)[1:]}'
    return Page(_etag(head, last), text)


def _require_known(stand: cursors.Stand | None, head: Head) -> None:
    """A cursor of another history, or from beyond the head, stands nowhere in this one."""
    if stand and (stand.epoch != head.epoch or stand.seq > head.seq):
        raise Problem("cursor-expired")


def head_of(rows: list[tuple[Any, ...]]) -> Head:
    """The head that a statement found; the account may have been deleted since its token was looked at."""
    if not rows:
        raise Problem("invalid-token", "the account is gone")
    return Head(*rows[0])


def _etag(head: Head, seq: int) -> str:
    return f"{cursors.VERSION}.{head.epoch}.{seq}"


def shown(head: Head) -> dict[str, Any]:
    """The head as clients see it."""
    return {"seq": head.seq, "count": head.count, "xor": head.xor}
