"""The local history: one SQLite file. What a command reports as saved is on disk.

`record` holds every record, sent or not; `outbox` the ids whose push is not yet acknowledged; a tombstone is a record
without a body. A page and its cursor are written in one transaction, so a kill repeats at most one page.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SCHEMA = """
CREATE TABLE IF NOT EXISTS record (id TEXT PRIMARY KEY, body TEXT);
CREATE TABLE IF NOT EXISTS outbox (id TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS parked (id TEXT PRIMARY KEY, reason TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


class Store:
    """One person's history under `home`; open it for one process at a time."""

    def __init__(self, home: Path) -> None:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.path = home / "history.db"
        self.path.touch(mode=0o600)  # it holds the login too
        self.db = sqlite3.connect(self.path, isolation_level=None, timeout=10)
        self.db.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;" + SCHEMA)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing."""
        self.db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.db.execute("ROLLBACK")
            raise
        self.db.execute("COMMIT")

    def add(self, record: dict[str, Any]) -> None:
        """Keep a new record and queue it."""
        with self.transaction():
            self._keep(record)
            self._queue(record["id"])

    def delete(self, record_id: str) -> None:
        """Replace a record by a tombstone and queue that."""
        with self.transaction():
            self.db.execute("INSERT OR REPLACE INTO record VALUES (?, NULL)", (record_id,))
            self._queue(record_id)

    def live(self) -> list[dict[str, Any]]:
        """All records, in the order in which they were made."""
        rows = self.db.execute("SELECT body FROM record WHERE body IS NOT NULL ORDER BY id")
        return [json.loads(body) for (body,) in rows]

    def get(self, record_id: str) -> dict[str, Any] | None:
        """One live record."""
        row = self.db.execute("SELECT body FROM record WHERE id = ? AND body IS NOT NULL", (record_id,)).fetchone()
        return json.loads(row[0]) if row else None

    def tombstones(self) -> set[str]:
        """Ids of deleted records."""
        return {row[0] for row in self.db.execute("SELECT id FROM record WHERE body IS NULL")}

    def unsent(self, limit: int) -> tuple[list[dict[str, Any]], list[str]]:
        """Records and deletes still to push, at most `limit` of both."""
        query = "SELECT id, body FROM outbox JOIN record USING (id) ORDER BY id LIMIT ?"
        rows = self.db.execute(query, (limit,)).fetchall()
        return [json.loads(body) for _, body in rows if body is not None], [i for i, body in rows if body is None]

    def unsent_count(self) -> int:
        """How many records and deletes wait."""
        return self.db.execute("SELECT count(*) FROM outbox").fetchone()[0]

    def settle(self, verdict: dict[str, Any], deleting: bool, new_id: str) -> None:
        """Apply one verdict of a push; inside a transaction. `new_id` is for our own copy after a conflict."""
        record_id, kind = verdict["id"], verdict["verdict"]
        if not deleting and kind != "deleted" and self.get(record_id) is None:
            return  # deleted here while its push was under way: that delete still has to be sent
        self.db.execute("DELETE FROM outbox WHERE id = ?", (record_id,))
        if kind == "deleted":
            self.db.execute("UPDATE record SET body = NULL WHERE id = ?", (record_id,))
        elif kind == "conflict":
            mine = self.get(record_id)
            self._keep(verdict["record"])
            if mine is not None:
                self._keep({**mine, "id": new_id})
                self._queue(new_id)
        elif kind == "invalid":
            reason = json.dumps(verdict.get("problem", {}), ensure_ascii=False)
            self.db.execute("INSERT OR REPLACE INTO parked VALUES (?, ?)", (record_id, reason))

    def apply_page(self, page: dict[str, Any]) -> None:
        """Store one pulled page and its cursor, together. A local delete that waits is not undone by it."""
        with self.transaction():
            deleted = self.tombstones()
            for item in page["records"]:
                if item["record"]["id"] not in deleted:
                    self._keep(item["record"])
            for item in page["tombstones"]:
                self.db.execute("INSERT OR REPLACE INTO record VALUES (?, NULL)", (item["id"],))
                self.db.execute("DELETE FROM outbox WHERE id = ?", (item["id"],))
            self.set("cursor", page["next_cursor"])

    def queue_missing(self, live: set[str], deleted: set[str]) -> int:
        """Queue every record and tombstone that a full listing (of both) lacked; how many.

        A tombstone is lacking also where its record is listed as live: the server's backup was older than the delete.
        """
        with self.transaction():
            held = {row[0] for row in self.db.execute("SELECT id FROM record WHERE body IS NOT NULL")}
            parked = {row[0] for row in self.db.execute("SELECT id FROM parked")}
            missing = (held - live | self.tombstones()) - deleted - parked
            for record_id in missing:
                self._queue(record_id)
        return len(missing)

    def parked(self) -> list[tuple[str, str]]:
        """Records that the server refused, with its reasons; they stay here."""
        return self.db.execute("SELECT id, reason FROM parked").fetchall()

    def setting(self, name: str) -> str | None:
        """A stored setting."""
        row = self.db.execute("SELECT value FROM setting WHERE name = ?", (name,)).fetchone()
        return row[0] if row else None

    def set(self, name: str, value: str | None) -> None:
        """Store a setting; None takes it away."""
        if value is None:
            self.db.execute("DELETE FROM setting WHERE name = ?", (name,))
        else:
            self.db.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", (name, value))

    def close(self) -> None:
        """Let go of the file."""
        self.db.close()

    def _keep(self, record: dict[str, Any]) -> None:
        text = json.dumps(record, ensure_ascii=False)
        self.db.execute("INSERT OR REPLACE INTO record VALUES (?, ?)", (record["id"], text))

    def _queue(self, record_id: str) -> None:
        self.db.execute("INSERT OR IGNORE INTO outbox VALUES (?)", (record_id,))
