"""Push: records and deletes filed in one transaction, a verdict for each; one bad item never blocks the rest.

The head row is updated as the first statement, so order of numbers is order of commits. Tombstones win for ever.
What can be judged without the table is judged before the lock is taken.
"""

import json
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from api import clock, records
from api.database import run, write_transaction
from api.history import HEAD, Head, head_of, shown
from api.problems import document, faults
from api.tables import Account

MAX_ITEMS = 200
QUOTA = 100_000  # live records of an account
INSERT = "INSERT INTO record (account_id, id, seq, tombstone, content_hash, body, received_at)"
PLACES = "(?, ?, ?, ?, ?, ?, ?)"
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
    head: Head
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
        for identity in self.buried - self.fresh:
            lay = (
                "UPDATE record SET seq = ?, tombstone = ?, content_hash = '', body = '' WHERE account_id = ? AND id = ?"
            )
            run(f"{lay} RETURNING seq", self.known[identity].seq, True, self.account.id, identity)
        if self.fresh:
            at = clock.now()
            values = [value for identity in self.fresh for value in self._values(identity, at)]
            run(f"{INSERT} VALUES {', '.join([PLACES] * len(self.fresh))} RETURNING seq", *values)
        if self.fresh or self.buried:
            moved = (self.head.seq, self.head.count, self.head.xor, self.account.id)
            run("UPDATE synchead SET seq = ?, count = ?, xor = ? WHERE account_id = ? RETURNING seq", *moved)

    def _add(self, identity: str, text: str, hashed: str) -> int:
        self.head.seq += 1
        self.head.count += 1
        self.head.xor = records.fold(self.head.xor, hashed)
        self.known[identity] = Row(self.head.seq, hashed, body=text)
        self.fresh.add(identity)
        return self.head.seq

    def _body(self, identity: str) -> str:
        found = "SELECT body FROM record WHERE account_id = ? AND id = ?"
        return self.known[identity].body or run(found, self.account.id, identity)[0][0]

    def _values(self, identity: str, at: int) -> tuple[Any, ...]:
        row = self.known[identity]
        return self.account.id, identity, row.seq, row.tombstone, row.content_hash, row.body, at


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


def _lock_head(account: Account) -> Head:
    """The head, its row locked to the commit on any database."""
    return head_of(run(f"UPDATE synchead SET seq = seq WHERE account_id = ? RETURNING {HEAD}", account.id))


def _known(account: Account, named: list[str]) -> dict[str, Row]:
    if not named:
        return {}
    query = "SELECT id, seq, content_hash, tombstone FROM record WHERE account_id = ? AND id IN "
    rows = run(query + f"({', '.join('?' * len(named))})", account.id, *named)
    return {identity: Row(seq, hashed, bool(tombstone)) for identity, seq, hashed, tombstone in rows}
