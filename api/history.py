"""Pull: the page of an account's history after a cursor, read with its head in one snapshot.

Bodies lie in the table as the canonical text and are passed on as such. The ETag says up to where a client stands
after the page, so only one that has everything can ever be told 304.
"""

import json
from dataclasses import dataclass
from typing import Any

from api import cursors
from api.database import read_snapshot, run
from api.problems import Problem
from api.tables import Account

MAX_PAGE, PAGE = 500, 200
HEAD = "epoch, seq, count, xor"
ROWS = "SELECT seq, id, tombstone, body FROM record"


@dataclass
class Head:
    """Where an account's history stands, as in the table `SyncHead`."""

    epoch: str
    seq: int
    count: int
    xor: str


@dataclass(frozen=True)
class Page:
    """What a pull answers; no text where the client has everything already."""

    etag: str
    text: str | None


def pull(account: Account, cursor: str | None, limit: int, key: str, had: set[str]) -> Page:
    """The page after `cursor` (from the start without one); `had` are the ETags that the client holds."""
    with read_snapshot():
        head = head_of(run(f"SELECT {HEAD} FROM synchead WHERE account_id = ?", account.id))
        after = cursors.decode(cursor, head.epoch, head.seq, key) if cursor else 0
        if _etag(head, head.seq) in had:
            return Page(_etag(head, head.seq), None)
        rows = run(f"{ROWS} WHERE account_id = ? AND seq > ? ORDER BY seq LIMIT ?", account.id, after, limit + 1)
    more = len(rows) > limit
    last = rows[limit - 1][0] if more else head.seq
    end = {"next_cursor": cursors.encode(head.epoch, last, key), "has_more": more, "head": shown(head)}
    return Page(_etag(head, last), _text(rows[:limit], end))


def head_of(rows: list[tuple[Any, ...]]) -> Head:
    """The head that a statement found; the account may have been deleted since its token was looked at."""
    if not rows:
        raise Problem("invalid-token", "the account is gone")
    return Head(*rows[0])


def _text(rows: list[tuple[Any, ...]], end: dict[str, Any]) -> str:
    records = ",".join(f'{{"seq":{seq},"record":{body}}}' for seq, _, tombstone, body in rows if not tombstone)
    tombstones = [{"seq": seq, "id": identity} for seq, identity, tombstone, _ in rows if tombstone]
    return f'{{"records":[{records}],{json.dumps({"tombstones": tombstones} | end)[1:]}'


def _etag(head: Head, seq: int) -> str:
    return f"{cursors.VERSION}.{head.epoch}.{seq}"


def shown(head: Head) -> dict[str, Any]:
    """The head as clients see it."""
    return {"seq": head.seq, "count": head.count, "xor": head.xor}
