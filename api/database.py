"""Tables, connections and the two kinds of transaction, on SQLite and PostgreSQL alike.

One connection per thread, rolled back after each request. Only `write_transaction` and `read_snapshot` open
transactions; how each database does that is in `engines.py`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

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
    ModelSelect,
    TextField,
)

from api import schema
from api.engines import engine

database = DatabaseProxy()


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
    attributes = TextField()
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
    """Bind the tables to what DATABASE_URL names; a new database gets them. Raises `ConfigError`."""
    opened = engine(url)
    database.initialize(opened)
    with database.connection_context(), database.atomic(*database.write):
        database.lock_schema()
        if schema.is_new(opened):
            database.create_tables(TABLES)
            schema.runner(opened).fake()
        schema.require_known(opened)


@contextmanager
def write_transaction() -> Iterator[None]:
    """The one way to change the database: all or nothing, and in turn where there is one writer at a time.

    On PostgreSQL rows are locked by the first statement that changes them: read what decides a change by `held`.
    """
    with database.turn(), database.atomic(*database.write):
        yield


@contextmanager
def read_snapshot() -> Iterator[None]:
    """Several reads of one and the same state."""
    with database.atomic(*database.snapshot):
        yield


def run(statement: str, *values: Any) -> list[tuple[Any, ...]]:
    """Rows of a statement on the hot path: working its text out from models takes peewee longer than running it."""
    return database.execute_sql(statement.replace("?", database.param), values).fetchall()


def held(query: "ModelSelect[Any]") -> "ModelSelect[Any]":
    """A select whose rows nobody else changes before this write transaction ends."""
    return database.hold_row(query)


def register(app: Flask) -> None:
    """Give each request its thread's connection, and never leave a transaction open behind it."""

    @app.before_request
    def connect() -> None:
        database.connect(reuse_if_open=True)

    @app.teardown_request
    def settle(_: BaseException | None) -> None:
        if database.is_closed():
            return
        if not database.is_connection_usable():  # PostgreSQL went away: the next request opens another one
            database.close()
        elif database.in_transaction():
            database.rollback()
