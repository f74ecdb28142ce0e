"""Pull: the page of an account's history after a cursor, read with its head in one snapshot.

Bodies lie in the table as the canonical text and are passed on as such. The ETag says up to where a client stands
after the page, so only one that has everything can ever be told 304.
"""

import json
from dataclasses import dataclass
from typing import Any

from api import cursors
from api.database import Account, Record, SyncHead, read_snapshot
from api.problems import Problem

MAX_PAGE, PAGE = 500, 200


@dataclass(frozen=True)
class Page:
    """What a pull answers; no text where the client has everything already."""

    etag: str
    text: str | None


def pull(account: Account, cursor: str | None, limit: int, key: str, had: set[str]) -> Page:
    """The page after `cursor` (from the start without one); `had` are the ETags that the client holds."""
    with read_snapshot():
        head = SyncHead.get_or_none(SyncHead.account == account)
        if head is None:
            raise Problem("invalid-token", "the account is gone")
        after = cursors.decode(cursor, head.epoch, head.seq, key) if cursor else 0
        if _etag(head, head.seq) in had:
            return Page(_etag(head, head.seq), None)
        query = Record.select(Record.seq, Record.id, Record.tombstone, Record.body)
        query = query.where((Record.account == account) & (Record.seq > after)).order_by(Record.seq)
        rows: list[Any] = list(query.limit(limit + 1).tuples())
    more = len(rows) > limit
    last = rows[limit - 1][0] if more else head.seq
    end = {"next_cursor": cursors.encode(head.epoch, last, key), "has_more": more, "head": shown(head)}
    return Page(_etag(head, last), _text(rows[:limit], end))


def _text(rows: list[tuple[int, str, bool, str]], end: dict[str, Any]) -> str:
    records = ",".join(f'{{"seq":{seq},"record":{body}}}' for seq, _, tombstone, body in rows if not tombstone)
    tombstones = [{"seq": seq, "id": identity} for seq, identity, tombstone, _ in rows if tombstone]
    return f'{{"records":[{records}],{json.dumps({"tombstones": tombstones} | end)[1:]}'


def _etag(head: SyncHead, seq: int) -> str:
    return f"{cursors.VERSION}.{head.epoch}.{seq}"


def shown(head: SyncHead) -> dict[str, Any]:
    """The head as clients see it."""
    return {"seq": head.seq, "count": head.count, "xor": head.xor}
