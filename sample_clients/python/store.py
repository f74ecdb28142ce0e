"""The local history: one SQLite file. What a command reports as saved is on disk.

`record` holds every record, sent or not; `outbox` the ids whose push is not yet acknowledged; a tombstone is a record
without a body. `seq` is the server's number, by which the newest note shows; what was never sent has none. A page and
its cursor are written in one transaction, so a kill repeats at most one page. Several threads may use one store.
"""

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .ids import second_id

SCHEMA = """
CREATE TABLE IF NOT EXISTS record (id TEXT PRIMARY KEY, body TEXT, seq INTEGER);
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
        self._mine = threading.RLock()  # a transaction belongs to one thread
        self.db = sqlite3.connect(self.path, isolation_level=None, timeout=10, check_same_thread=False)
        self.db.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;" + SCHEMA)
        self._add_seq()

    def _add_seq(self) -> None:
        """Histories that were kept before records had a `seq`: the next full pull fills it in."""
        if "seq" not in {row[1] for row in self._run("PRAGMA table_info(record)")}:
            self._run("ALTER TABLE record ADD COLUMN seq INTEGER")
            self.set("cursor", None)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing."""
        with self._mine:
            self._run("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._run("ROLLBACK")
                raise
            self._run("COMMIT")

    def add(self, record: dict[str, Any]) -> None:
        """Keep a new record and queue it."""
        with self.transaction():
            self._keep(record, None)
            self._queue(record["id"])

    def delete(self, record_id: str) -> None:
        """Replace a record by a tombstone and queue that."""
        with self.transaction():
            self._bury(record_id)
            self._queue(record_id)

    def live(self) -> list[dict[str, Any]]:
        """All records, in the order in which they were made."""
        return [json.loads(body) for (body,) in self._run("SELECT body FROM record WHERE body IS NOT NULL ORDER BY id")]

    def notes(self) -> dict[str, str]:
        """The text that shows at each score: the note with the highest seq; one still unsent will get a higher one."""
        query = "SELECT body FROM record WHERE body IS NOT NULL ORDER BY seq IS NULL, seq, id"
        found = [note for (body,) in self._run(query) if (note := json.loads(body))["kind"] == "note"]
        return {note["score_id"]: note["text"] for note in found}

    def get(self, record_id: str) -> dict[str, Any] | None:
        """One live record."""
        rows = self._run("SELECT body FROM record WHERE id = ? AND body IS NOT NULL", record_id)
        return json.loads(rows[0][0]) if rows else None

    def tombstones(self) -> set[str]:
        """Ids of deleted records."""
        return {row[0] for row in self._run("SELECT id FROM record WHERE body IS NULL")}

    def unsent(self, limit: int) -> tuple[list[dict[str, Any]], list[str]]:
        """Records and deletes still to push, at most `limit` of both."""
        rows = self._run("SELECT id, body FROM outbox JOIN record USING (id) ORDER BY id LIMIT ?", limit)
        return [json.loads(body) for _, body in rows if body is not None], [i for i, body in rows if body is None]

    def unsent_count(self) -> int:
        """How many records and deletes wait."""
        return self._run("SELECT count(*) FROM outbox")[0][0]

    def settle(self, verdict: dict[str, Any], deleting: bool) -> None:
        """Apply one verdict of a push; inside a transaction. After a conflict our own copy gets a new id."""
        record_id, kind = verdict["id"], verdict["verdict"]
        if not deleting and kind != "deleted" and self.get(record_id) is None:
            return  # deleted here while its push was under way: that delete still has to be sent
        self._run("DELETE FROM outbox WHERE id = ?", record_id)
        if kind == "deleted":
            self._bury(record_id)
        elif kind == "conflict":
            self._keep_both(verdict["record"], verdict["seq"])
        elif kind == "invalid":
            reason = json.dumps(verdict.get("problem", {}), ensure_ascii=False)
            self._run("INSERT OR REPLACE INTO parked VALUES (?, ?)", record_id, reason)
        else:
            self._run("UPDATE record SET seq = ? WHERE id = ?", verdict["seq"], record_id)

    def apply_page(self, page: dict[str, Any], etag: str | None = None) -> None:
        """Store one pulled page and its cursor, together. A local delete that waits is not undone by it."""
        with self.transaction():
            deleted = self.tombstones()
            for item in page["records"]:
                if item["record"]["id"] not in deleted:
                    self._keep_both(item["record"], item["seq"])
            for item in page["tombstones"]:
                self._bury(item["id"])
                self._run("DELETE FROM outbox WHERE id = ?", item["id"])
            self.set("cursor", page["next_cursor"])
            self.set("etag", etag)
            self.set("head", json.dumps(page.get("head")))

    def queue_missing(self, live: set[str], deleted: set[str]) -> int:
        """Queue every record and tombstone that a full listing (of both) lacked; how many.

        A tombstone is lacking also where its record is listed as live: the server's backup was older than the delete.
        """
        with self.transaction():
            held = {row[0] for row in self._run("SELECT id FROM record WHERE body IS NOT NULL")}
            missing = (held - live | self.tombstones()) - deleted - {record_id for record_id, _ in self.parked()}
            for record_id in missing:
                self._run("UPDATE record SET seq = NULL WHERE id = ?", record_id)  # its number was another history's
                self._queue(record_id)
        return len(missing)

    def parked(self) -> list[tuple[str, str]]:
        """Records that the server refused, with its reasons; they stay here."""
        return self._run("SELECT id, reason FROM parked")

    def try_again(self, slug: str) -> None:
        """Queue what was refused for that reason, which may have passed."""
        with self.transaction():
            for record_id, reason in self.parked():
                if json.loads(reason).get("type", "").endswith(f":{slug}"):
                    self._run("DELETE FROM parked WHERE id = ?", record_id)
                    self._queue(record_id)

    def setting(self, name: str) -> str | None:
        """A stored setting."""
        rows = self._run("SELECT value FROM setting WHERE name = ?", name)
        return rows[0][0] if rows else None

    def set(self, name: str, value: str | None) -> None:
        """Store a setting; None takes it away."""
        if value is None:
            self._run("DELETE FROM setting WHERE name = ?", name)
        else:
            self._run("INSERT OR REPLACE INTO setting VALUES (?, ?)", name, value)

    def close(self) -> None:
        """Let go of the file."""
        self.db.close()

    def _keep_both(self, theirs: dict[str, Any], seq: int) -> None:
        """The server's copy under its id; ours, where it says something else, under a new one."""
        mine = self.get(theirs["id"])
        self._keep(theirs, seq)
        self._run("DELETE FROM outbox WHERE id = ?", theirs["id"])
        if mine is not None and mine != theirs:
            again = {**mine, "id": second_id(mine)}
            self._keep(again, None)
            self._queue(again["id"])

    def _keep(self, record: dict[str, Any], seq: int | None) -> None:
        text = json.dumps(record, ensure_ascii=False)
        self._run("INSERT OR REPLACE INTO record VALUES (?, ?, ?)", record["id"], text, seq)

    def _bury(self, record_id: str) -> None:
        self._run("INSERT OR REPLACE INTO record VALUES (?, NULL, NULL)", record_id)

    def _queue(self, record_id: str) -> None:
        self._run("INSERT OR IGNORE INTO outbox VALUES (?)", record_id)

    def _run(self, statement: str, *values: Any) -> list[Any]:
        with self._mine:
            return self.db.execute(statement, values).fetchall()
