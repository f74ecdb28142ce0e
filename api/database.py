"""Tables, connections and the two kinds of transaction.

SQLite in WAL mode with `synchronous=FULL`: what was acknowledged survives a power cut. One connection per thread,
rolled back after each request. Only `write_transaction` and `read_snapshot` know how a transaction is opened here.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from peewee import (
    BigIntegerField,
    BlobField,
    BooleanField,
    CharField,
    CompositeKey,
    DatabaseProxy,
    ForeignKeyField,
    IntegerField,
    Model,
    SqliteDatabase,
    TextField,
)

from api.config import ConfigError

database = DatabaseProxy()
_writer = threading.Lock()  # SQLite's own waiting sleeps in steps; queueing here keeps the p99 low
PRAGMAS = {"journal_mode": "wal", "synchronous": "full", "foreign_keys": 1, "busy_timeout": 5000, "secure_delete": 1}


class Table(Model):
    """Base of all tables."""

    class Meta:
        database = database


class Account(Table):
    id = CharField(primary_key=True)
    email = CharField(unique=True)
    password_hash = CharField()
    created_at = BigIntegerField()
    consent_sync = IntegerField(default=0)  # version of the text agreed to, 0 for none
    consent_heatmap = IntegerField(default=0)


class RecoveryCode(Table):
    """The one-time code that sets a new password; only its hash."""

    account = ForeignKeyField(Account, primary_key=True, on_delete="CASCADE")
    code_hash = CharField()
    made_at = BigIntegerField()


class ConsentChange(Table):
    """What was agreed to and when, never changed; version 0 is a withdrawal."""

    account = ForeignKeyField(Account, on_delete="CASCADE")
    purpose = CharField()
    version = IntegerField()
    at = BigIntegerField()


class Device(Table):
    """One device login. `seen` is the newest generation whose access token came back to us."""

    id = CharField(primary_key=True)
    account = ForeignKeyField(Account, on_delete="CASCADE")
    name = CharField(default="")
    platform = CharField(default="")
    created_at = BigIntegerField()
    last_used = BigIntegerField()
    generation = IntegerField(default=1)
    rotated_at = BigIntegerField()
    seen = IntegerField(default=0)


class SyncHead(Table):
    """Where an account's history stands; `xor` folds the live records' hashes, 16 hex digits."""

    account = ForeignKeyField(Account, primary_key=True, on_delete="CASCADE")
    epoch = CharField()
    seq = BigIntegerField(default=0)
    count = BigIntegerField(default=0)
    xor = CharField(default="0" * 16)


class Record(Table):
    """One immutable record, or the tombstone that replaced it (`body` is empty then)."""

    account = ForeignKeyField(Account, on_delete="CASCADE")
    id = CharField()
    seq = BigIntegerField()
    tombstone = BooleanField(default=False)
    content_hash = CharField(default="")
    body = TextField(default="")
    received_at = BigIntegerField()

    class Meta:
        primary_key = CompositeKey("account", "id")
        indexes = ((("account", "seq"), True),)


class HeatmapJob(Table):
    """One request for heatmaps. The row is the truth; `photo` is sealed and goes with the result."""

    id = CharField(primary_key=True)
    account = ForeignKeyField(Account, on_delete="CASCADE")
    key = CharField()
    attributes = CharField()
    status = CharField(default="queued", index=True)
    attempts = IntegerField(default=0)
    lease_until = BigIntegerField(default=0)
    created_at = BigIntegerField()
    photo = BlobField(null=True)
    result = TextField(null=True)
    problem = TextField(null=True)

    class Meta:
        indexes = ((("account", "key"), True),)


class HeatmapLayer(Table):
    job = ForeignKeyField(HeatmapJob, on_delete="CASCADE")
    attribute = CharField()
    png = BlobField()

    class Meta:
        primary_key = CompositeKey("job", "attribute")


class WorkerBeat(Table):
    """When the heatmap worker was last alive."""

    id = IntegerField(primary_key=True)
    at = BigIntegerField()


TABLES = (Account, RecoveryCode, ConsentChange, Device, SyncHead, Record, HeatmapJob, HeatmapLayer, WorkerBeat)


def open_database(url: str) -> None:
    """Bind the tables to `sqlite:///PATH` and create what is missing."""
    path = sqlite_path(url)
    path.parent.mkdir(parents=True, exist_ok=True)
    database.initialize(SqliteDatabase(str(path), pragmas=PRAGMAS, check_same_thread=True))
    with database.connection_context():
        database.create_tables(TABLES)


def sqlite_path(url: str) -> Path:
    """The file behind `sqlite:///PATH`. Raises `ConfigError` for any other URL."""
    scheme, separator, path = url.partition(":///")
    if scheme != "sqlite" or not separator or not path:
        raise ConfigError(f"DATABASE_URL is '{scheme}…': this version stores in SQLite, write sqlite:///PATH")
    return Path(path)


@contextmanager
def write_transaction() -> Iterator[None]:
    """A transaction that holds the write lock from its first statement on."""
    with _writer, database.atomic("IMMEDIATE"):
        yield


@contextmanager
def read_snapshot() -> Iterator[None]:
    """Several reads of one and the same state."""
    with database.atomic("DEFERRED"):
        yield


def truncate_log() -> bool:
    """Empty SQLite's log, which keeps what was deleted; False when a reader held it."""
    if not isinstance(database.obj, SqliteDatabase):
        return True
    with _writer:
        busy, *_ = database.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy


def register(app: Flask) -> None:
    """Give each request its thread's connection, and never leave a transaction open behind it."""

    @app.before_request
    def connect() -> None:
        database.connect(reuse_if_open=True)

    @app.teardown_request
    def settle(_: BaseException | None) -> None:
        if not database.is_closed() and database.in_transaction():
            database.rollback()
