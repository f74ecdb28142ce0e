"""Push: records and deletes filed in one transaction, a verdict for each; one bad item never blocks the rest.

The head row is updated as the first statement, so order of numbers is order of commits. Tombstones win for ever.
What can be judged without the table (`judging.py`) is judged before the lock is taken.
"""

import json
from dataclasses import dataclass, field
from typing import Any

from api import clock, judging, records
from api.database import run, write_transaction
from api.history import HEAD, Head, head_of, shown
from api.judging import Verdict
from api.tables import Account

MAX_ITEMS = 200
QUOTA = 100_000  # live records of an account
ROWS = 3 * QUOTA  # with its tombstones, which are never purged
INSERT = "INSERT INTO record (account_id, id, seq, tombstone, content_hash, body, received_at)"
PLACES = "(?, ?, ?, ?, ?, ?, ?)"
FULL = f"an account holds {QUOTA:,} records: delete some, then sync again"
FOR_EVER_FULL = (
    f"an account holds {ROWS:,} records, deleted ones included, since each leaves a trace: export, delete the account "
    "and make a new one"
)


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
        if row is None and (full := self._full()):
            return judging.no_room(identity, full)
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
        if row is None and self._rows() >= ROWS:
            return judging.no_room(identity, FOR_EVER_FULL)
        if row is None or not row.tombstone:
            self.head.seq += 1
            self.head.tombstones += 1
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
            moved = (self.head.seq, self.head.count, self.head.xor, self.head.tombstones, self.account.id)
            change = "UPDATE synchead SET seq = ?, count = ?, xor = ?, tombstones = ? WHERE account_id = ?"
            run(f"{change} RETURNING seq", *moved)

    def _rows(self) -> int:
        return self.head.count + self.head.tombstones

    def _full(self) -> str | None:
        """Why nothing more can be added."""
        if self._rows() >= ROWS:
            return FOR_EVER_FULL
        return FULL if self.head.count >= QUOTA else None

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
    judged, doomed = [judging.judged(record) for record in put], [judging.doomed(identity) for identity in delete]
    named = [one[0] for one in judged if isinstance(one, tuple)] + [one for one in doomed if isinstance(one, str)]
    with write_transaction():
        filing = Filing(account, _lock_head(account), _known(account, named))
        results = [filing.put(*one) if isinstance(one, tuple) else one for one in judged]
        results += [filing.delete(one) if isinstance(one, str) else one for one in doomed]
        filing.save()
    return {"results": results, "head": shown(filing.head)}


def _lock_head(account: Account) -> Head:
    """The head, its row locked to the commit on any database."""
    return head_of(run(f"UPDATE synchead SET seq = seq WHERE account_id = ? RETURNING {HEAD}", account.id))


def _known(account: Account, named: list[str]) -> dict[str, Row]:
    if not named:
        return {}
    query = "SELECT id, seq, content_hash, tombstone FROM record WHERE account_id = ? AND id IN "
    rows = run(query + f"({', '.join('?' * len(named))})", account.id, *named)
    return {identity: Row(seq, hashed, bool(tombstone)) for identity, seq, hashed, tombstone in rows}
