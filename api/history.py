"""Pull: the page of an account's history after a cursor, read with its head by one statement and so in one snapshot.

Bodies lie in the table as the canonical text, and the database joins those of a page: fetched row by row, SQLite gives
the interpreter to other threads at every row, which takes longer than reading it. The ETag says up to where a client
stands after the page, so only one that has everything can ever be told 304.
"""

import json
from dataclasses import dataclass
from typing import Any

from api import cursors
from api.database import run
from api.problems import Problem
from api.tables import Account, database

MAX_PAGE, PAGE = 500, 200
HEAD = "epoch, seq, count, xor, tombstones"
# A body is one line of JSON: control characters are escaped in it.
ROWS = """
    SELECT seq, CASE WHEN tombstone THEN id ELSE body END AS line FROM record
    WHERE account_id = ? AND seq > ? ORDER BY seq LIMIT ?"""


@dataclass
class Head:
    """Where an account's history stands, as in the table `SyncHead`."""

    epoch: str
    seq: int
    count: int
    xor: str
    tombstones: int


@dataclass(frozen=True)
class Page:
    """What a pull answers; no text where the client has everything already."""

    etag: str
    text: str | None


def unchanged(seen: Head, cursor: str | None, key: str, had: set[str]) -> Page | None:
    """The answer to a client whose ETags `had` say that it has all of a history that stands as `seen`."""
    if _etag(seen, seen.seq) not in had:
        return None
    _require_known(cursors.decode(cursor, key) if cursor else None, seen)
    return Page(_etag(seen, seen.seq), None)


def pull(account: Account, cursor: str | None, limit: int, key: str) -> Page:
    """The page after `cursor` (from the start without one)."""
    stand = cursors.decode(cursor, key) if cursor else None
    row = run(_statement(), account.id, stand.seq if stand else 0, limit, account.id)
    head = head_of([one[:-2] for one in row])
    _require_known(stand, head)
    seqs, lines = row[0][-2:]
    return _page(head, list(zip(seqs.split(","), lines.split("\n"), strict=True)) if seqs else [], limit, key)


def _statement() -> str:
    seqs, lines = database.joined("seq", ","), database.joined("line", "\n")
    page = f"(SELECT {seqs} AS seqs, {lines} AS lines FROM ({ROWS}) AS part) AS page"
    return f"SELECT {HEAD}, seqs, lines FROM synchead, {page} WHERE account_id = ?"


def _page(head: Head, rows: list[tuple[str, str]], limit: int, key: str) -> Page:
    more = len(rows) == limit and int(rows[-1][0]) < head.seq
    last = int(rows[-1][0]) if more else head.seq
    records = ",".join([f'{{"seq":{seq},"record":{line}}}' for seq, line in rows if line[0] == "{"])
    tombstones = ",".join([f'{{"seq":{seq},"id":"{line}"}}' for seq, line in rows if line[0] != "{"])
    end = {"next_cursor": cursors.encode(head.epoch, last, key), "has_more": more, "head": shown(head)}
    return Page(_etag(head, last), f'{{"records":[{records}],"tombstones":[{tombstones}],{json.dumps(end)[1:]}')


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
