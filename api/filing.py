"""Push: records and deletes filed in one transaction, a verdict for each; one bad item never blocks the rest.

The head row is updated as the first statement, so order of numbers is order of commits. Tombstones win for ever.
What can be judged without the table is judged before the lock is taken.
"""

import json
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from api import clock, records
from api.database import Account, Record, SyncHead, write_transaction
from api.history import shown
from api.problems import Problem, document, faults

MAX_ITEMS = 200
QUOTA = 100_000  # live records of an account
Verdict = dict[str, Any]


@dataclass
class Row:
    """A record as the table holds it, or will at the end of this push."""

    seq: int
    content_hash: str
    tombstone: bool = False
    body: str = ""


@dataclass
class Filing:
    """One push under way: the account's head, locked; the rows that its items meet; what changes."""

    account: Account
    head: SyncHead
    known: dict[str, Row]
    fresh: set[str] = field(default_factory=set)
    buried: set[str] = field(default_factory=set)

    def put(self, identity: str, text: str, hashed: str) -> Verdict:
        """File one valid record; its verdict."""
        row = self.known.get(identity)
        if row is None and self.head.count >= QUOTA:
            full = f"an account holds {QUOTA:,} records: delete some, then sync again"
            return {"id": identity, "verdict": "invalid", "problem": document("quota-exceeded", full)}
        if row is None:
            return {"id": identity, "verdict": "created", "seq": self._add(identity, text, hashed)}
        if row.tombstone:
            return {"id": identity, "verdict": "deleted", "seq": row.seq}
        if row.content_hash == hashed:
            return {"id": identity, "verdict": "duplicate", "seq": row.seq}
        return {"id": identity, "verdict": "conflict", "seq": row.seq, "record": json.loads(self._body(identity))}

    def delete(self, identity: str) -> Verdict:
        """Lay a tombstone, also for an id never seen; its verdict."""
        row = self.known.get(identity)
        if row is None or not row.tombstone:
            self.head.seq += 1
            if row is None:
                self.fresh.add(identity)
            else:
                self.head.count -= 1
                self.head.xor = records.fold(self.head.xor, row.content_hash)
                self.buried.add(identity)
            row = self.known[identity] = Row(self.head.seq, "", tombstone=True)
        return {"id": identity, "verdict": "deleted", "seq": row.seq}

    def save(self) -> None:
        """Write what changed."""
        at = clock.now()
        for identity in self.buried - self.fresh:
            Record.update(self._values(identity)).where(self._is(identity)).execute()
        new = [{"account": self.account, "id": i, "received_at": at} | self._values(i) for i in self.fresh]
        if new:
            Record.insert_many(new).execute()
        if self.fresh or self.buried:
            self.head.save()

    def _add(self, identity: str, text: str, hashed: str) -> int:
        self.head.seq += 1
        self.head.count += 1
        self.head.xor = records.fold(self.head.xor, hashed)
        self.known[identity] = Row(self.head.seq, hashed, body=text)
        self.fresh.add(identity)
        return self.head.seq

    def _body(self, identity: str) -> str:
        return self.known[identity].body or Record.get(self._is(identity)).body

    def _values(self, identity: str) -> dict[str, Any]:
        row = self.known[identity]
        return {"seq": row.seq, "tombstone": row.tombstone, "content_hash": row.content_hash, "body": row.body}

    def _is(self, identity: str) -> Any:
        return (Record.account == self.account) & (Record.id == identity)


def push(account: Account, put: list[Any], delete: list[Any]) -> dict[str, Any]:
    """File records and deletes in one transaction; a verdict for each, records first, then deletes, in order."""
    judged, doomed = [_judged(record) for record in put], [_doomed(identity) for identity in delete]
    named = [one[0] for one in judged if isinstance(one, tuple)] + [one for one in doomed if isinstance(one, str)]
    with write_transaction():
        filing = Filing(account, _lock_head(account), _known(account, named))
        results = [filing.put(*one) if isinstance(one, tuple) else one for one in judged]
        results += [filing.delete(one) if isinstance(one, str) else one for one in doomed]
        filing.save()
    return {"results": results, "head": shown(filing.head)}


def _judged(record: Any) -> tuple[str, str, str] | Verdict:
    """Id, canonical text and hash of a valid record; the verdict of any other."""
    try:
        records.check(record)
    except ValidationError as error:
        identity = record.get("id") if isinstance(record, dict) else None
        return _invalid(identity, document("invalid", errors=faults(error)))
    text = records.canonical(record)
    return record["id"], text, records.content_hash(text)


def _doomed(identity: Any) -> str | Verdict:
    if isinstance(identity, str) and records.UUID7.fullmatch(identity):
        return identity
    return _invalid(identity, document("invalid", "write a lower-case UUID of version 7"))


def _invalid(identity: Any, problem: dict[str, Any]) -> Verdict:
    # JSON that is no string says nothing about which record was meant.
    return {"id": identity if isinstance(identity, str) else None, "verdict": "invalid", "problem": problem}


def _lock_head(account: Account) -> SyncHead:
    """The head, its row locked to the commit on any database."""
    update = SyncHead.update(seq=SyncHead.seq).where(SyncHead.account == account)
    head = next(iter(update.returning(SyncHead).execute()), None)
    if head is None:
        raise Problem("invalid-token", "the account is gone")
    return head


def _known(account: Account, named: list[str]) -> dict[str, Row]:
    query = Record.select(Record.id, Record.seq, Record.content_hash, Record.tombstone)
    rows: Any = query.where((Record.account == account) & Record.id.in_(named)).tuples()
    return {identity: Row(seq, hashed, tombstone) for identity, seq, hashed, tombstone in rows}
