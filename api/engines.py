"""What differs between SQLite and PostgreSQL; `database.py` uses both by the same names.

SQLite in WAL mode with `synchronous=FULL`: what was acknowledged survives a power cut. It has one writer at a time, so
writers queue here, where waiting costs nothing, and not in SQLite, which sleeps in steps and lets latecomers pass.
PostgreSQL locks rows by itself: writers of different accounts do not wait for each other there.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from peewee import Database, ModelSelect, OperationalError, PostgresqlDatabase, SqliteDatabase

from api.config import ConfigError

WAIT = 5  # s for a lock, then the answer is 503
READERS = 0.2  # s that writers wait while the log is emptied and a reader still needs it
SCHEMA_LOCK = 0x736B696E  # any number that nothing else in that PostgreSQL database locks
PRAGMAS = {
    "journal_mode": "wal",
    "synchronous": "full",
    "foreign_keys": 1,
    "busy_timeout": WAIT * 1000,
    "secure_delete": 1,
}


class Sqlite(SqliteDatabase):
    """One file, one writer."""

    write = ("IMMEDIATE",)

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        super().__init__(str(path), pragmas=PRAGMAS, check_same_thread=True)
        self._writer = threading.Lock()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """This thread's turn to write. Raises OperationalError when the others take too long."""
        if not self._writer.acquire(timeout=WAIT):
            raise OperationalError("the writers before this one take too long")
        try:
            yield
        finally:
            self._writer.release()

    def truncate_log(self) -> bool:
        """Empty the log, which keeps what was deleted; False when a reader held it."""
        with self.turn():
            self.execute_sql(f"PRAGMA busy_timeout = {READERS * 1000:.0f}")
            try:
                busy, *_ = self.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            finally:
                self.execute_sql(f"PRAGMA busy_timeout = {WAIT * 1000}")
        return not busy

    def joined(self, column: str, separator: str) -> str:
        """SQL that joins a column of an ordered subquery to one text, in its order."""
        return f"group_concat({column}, '{separator}')"

    def lock_schema(self) -> None:
        """One web process serves a file: nobody else changes its schema."""

    def hold_row(self, query: ModelSelect) -> ModelSelect:
        """The write lock holds every row already."""
        return query

    def hold_free(self, query: ModelSelect) -> ModelSelect:
        """There is nobody else to hold a row."""
        return query


class Postgres(PostgresqlDatabase):
    """Any number of processes; a lost connection is opened again by the next request."""

    write = ()

    def __init__(self, url: str) -> None:
        options = f"-c lock_timeout={WAIT}s -c timezone=UTC"
        super().__init__(url, prefer_psycopg3=True, connect_timeout=WAIT, options=options)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Rows are locked by their first write."""
        yield

    def truncate_log(self) -> bool:
        """Its log is its own affair: no file of ours keeps what was deleted."""
        return True

    def joined(self, column: str, separator: str) -> str:
        """SQL that joins a column to one text, ordered by `seq`."""
        return f"string_agg(CAST({column} AS text), '{separator}' ORDER BY seq)"

    def lock_schema(self) -> None:
        """Several processes may start at once, and CREATE TABLE IF NOT EXISTS races with itself."""
        self.execute_sql("SELECT pg_advisory_xact_lock(%s)", (SCHEMA_LOCK,))

    def hold_row(self, query: ModelSelect) -> ModelSelect:
        """Read rows that are about to be changed by what was read."""
        return query.for_update()

    def hold_free(self, query: ModelSelect) -> ModelSelect:
        """The same without those that somebody else is about to change: several may take from one queue."""
        return query.for_update(skip_locked=True)


def engine(url: str) -> Database:
    """The database that a DATABASE_URL names. Raises `ConfigError`."""
    if not is_postgres(url):
        return Sqlite(sqlite_path(url))
    try:
        import psycopg  # noqa: F401
    except ImportError:
        raise ConfigError("PostgreSQL needs psycopg: pip install -r api/requirements.txt") from None
    return Postgres(url.replace("postgres://", "postgresql://", 1))


def is_postgres(url: str) -> bool:
    """Whether several web processes may share the database."""
    return url.startswith(("postgresql://", "postgres://"))


def sqlite_path(url: str) -> Path:
    """The file behind `sqlite:///PATH`. Raises `ConfigError` for any other URL."""
    scheme, separator, path = url.partition(":///")
    if scheme != "sqlite" or not separator or not path:
        # Only the scheme is shown: the rest may hold a password.
        raise ConfigError(
            f"DATABASE_URL is '{scheme.partition(':')[0]}…': write sqlite:///PATH or postgresql://USER:PASSWORD@HOST/NAME"
        )
    return Path(path)
