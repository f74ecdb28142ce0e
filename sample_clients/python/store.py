"""The local history, sent or not.

`record` holds every record; `outbox` the ids whose push is not yet acknowledged; a tombstone is a record without a
body. `seq` is the server's number, by which the newest note shows; what was never sent has none. A page and its cursor
are written in one transaction, so a kill repeats at most one page.
"""

import json
from typing import Any

from .ids import second_id
from .local_file import LocalFile

# Settings; all others are about the models on this device.
PERSONAL = ("account", "email", "attempt", "refresh_token", "cursor", "etag", "head")


class Store(LocalFile):
    """One person's history."""

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

    def erase(self) -> None:
        """Nothing of a person is left, not even in freed pages; what concerns this device (its models) stays."""
        with self.transaction():
            for table in ("record", "outbox", "parked"):
                self._run(f"DELETE FROM {table}")
            for name in PERSONAL:
                self.set(name, None)
        self._run("VACUUM")
        self._run("PRAGMA wal_checkpoint(TRUNCATE)")

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
        self._put(record["id"], json.dumps(record, ensure_ascii=False), seq)

    def _bury(self, record_id: str) -> None:
        self._put(record_id, None, None)

    def _put(self, record_id: str, body: str | None, seq: int | None) -> None:
        """In place of what had the id before, and of why the server refused that."""
        self._run("INSERT OR REPLACE INTO record VALUES (?, ?, ?)", record_id, body, seq)
        self._run("DELETE FROM parked WHERE id = ?", record_id)

    def _queue(self, record_id: str) -> None:
        self._run("INSERT OR IGNORE INTO outbox VALUES (?)", record_id)
