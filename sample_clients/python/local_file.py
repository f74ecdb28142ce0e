"""One SQLite file under `home`: its schema, transactions and settings. What a command reports as saved is on disk."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SCHEMA = """
CREATE TABLE IF NOT EXISTS record (id TEXT PRIMARY KEY, body TEXT, seq INTEGER);
CREATE TABLE IF NOT EXISTS outbox (id TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS parked (id TEXT PRIMARY KEY, reason TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


class LocalFile:
    """Open it for one process at a time; several threads may use it."""

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

    def _run(self, statement: str, *values: Any) -> list[Any]:
        with self._mine:
            return self.db.execute(statement, values).fetchall()
