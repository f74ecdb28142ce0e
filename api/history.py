"""Push and pull of one account's history; the rules that let nothing get lost.

The head row is updated as the first statement of each push, so order of numbers is order of commits. Tombstones win
for ever. A pull reads head and page in one snapshot, and the head's count and xor let a client see a loss.
"""

import json
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from api import clock, cursors, records
from api.database import Account, Record, SyncHead, read_snapshot, write_transaction
from api.problems import document, faults

MAX_ITEMS, MAX_PAGE, PAGE = 200, 500, 200


@dataclass
class Push:
    """One push under way: the account's head, locked, and what the items change in it."""

    account: Account
    head: SyncHead

    def put(self, record: Any) -> dict[str, Any]:
        """File one record; its verdict."""
        identity = _text(record.get("id")) if isinstance(record, dict) else None
        try:
            records.check(record)
        except ValidationError as error:
            return {"id": identity, "verdict": "invalid", "problem": document("invalid", errors=faults(error))}
        text = records.canonical(record)
        hashed, held = records.content_hash(text), self._held(record["id"])
        if held is None:
            self._insert(record["id"], content_hash=hashed, body=text)
            self.head.count += 1
            self.head.xor = records.fold(self.head.xor, hashed)
            return {"id": identity, "verdict": "created", "seq": self.head.seq}
        if held.tombstone:
            return {"id": identity, "verdict": "deleted", "seq": held.seq}
        if held.content_hash == hashed:
            return {"id": identity, "verdict": "duplicate", "seq": held.seq}
        return {"id": identity, "verdict": "conflict", "seq": held.seq, "record": json.loads(held.body)}

    def delete(self, identity: Any) -> dict[str, Any]:
        """Lay a tombstone, also for an id never seen; its verdict."""
        if not isinstance(identity, str) or not records.UUID7.fullmatch(identity):
            problem = document("invalid", "write a lower-case UUID of version 7")
            return {"id": _text(identity), "verdict": "invalid", "problem": problem}
        held = self._held(identity)
        if held is None:
            self._insert(identity, tombstone=True)
        elif not held.tombstone:
            self.head.seq += 1
            self.head.count -= 1
            self.head.xor = records.fold(self.head.xor, held.content_hash)
            laid = {"seq": self.head.seq, "tombstone": True, "body": "", "content_hash": ""}
            Record.update(laid).where((Record.account == self.account) & (Record.id == identity)).execute()
        else:
            return {"id": identity, "verdict": "deleted", "seq": held.seq}
        return {"id": identity, "verdict": "deleted", "seq": self.head.seq}

    def _held(self, identity: str) -> Record | None:
        return Record.get_or_none((Record.account == self.account) & (Record.id == identity))

    def _insert(self, identity: str, **values: Any) -> None:
        self.head.seq += 1
        Record.insert(account=self.account, id=identity, seq=self.head.seq, received_at=clock.now(), **values).execute()


def push(account: Account, put: list[Any], delete: list[Any]) -> dict[str, Any]:
    """File records and deletes in one transaction; a verdict for each, records first, then deletes, in order."""
    with write_transaction():
        # The first statement takes the row's lock, on any database, and holds it to the commit.
        update = SyncHead.update(seq=SyncHead.seq).where(SyncHead.account == account)
        head = next(iter(update.returning(SyncHead).execute()))
        under_way = Push(account, head)
        results = [under_way.put(record) for record in put] + [under_way.delete(identity) for identity in delete]
        head.save()
    return {"results": results, "head": shown(head)}


def pull(account: Account, cursor: str | None, limit: int, key: str) -> dict[str, Any]:
    """The page after `cursor` (from the start without one), records and tombstones in order of `seq`."""
    with read_snapshot():
        head = SyncHead.get(SyncHead.account == account)
        after = cursors.decode(cursor, head.epoch, head.seq, key) if cursor else 0
        query = Record.select().where((Record.account == account) & (Record.seq > after))
        rows = list(query.order_by(Record.seq).limit(limit + 1))
    page, more = rows[:limit], len(rows) > limit
    last = page[-1].seq if more else head.seq
    return {
        "records": [{"seq": row.seq, "record": json.loads(row.body)} for row in page if not row.tombstone],
        "tombstones": [{"seq": row.seq, "id": row.id} for row in page if row.tombstone],
        "next_cursor": cursors.encode(head.epoch, last, key),
        "has_more": more,
        "head": shown(head),
    }


def shown(head: SyncHead) -> dict[str, Any]:
    """The head as clients see it."""
    return {"seq": head.seq, "count": head.count, "xor": head.xor}


def _text(identity: Any) -> str | None:
    """An id worth giving back: JSON that is no string says nothing about which record was meant."""
    return identity if isinstance(identity, str) else None
