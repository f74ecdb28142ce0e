"""Connections and the one kind of transaction, on SQLite and PostgreSQL alike.

One connection per thread, rolled back after each request. Only `write_transaction` opens transactions; how each
database does that is in `engines.py`. What must be read of one and the same state is read by one statement.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from peewee import ModelSelect

from api import schema
from api.engines import engine
from api.tables import TABLES, database


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


def run(statement: str, *values: Any) -> list[tuple[Any, ...]]:
    """Rows of a statement on the hot path: working its text out from models takes peewee longer than running it."""
    return database.execute_sql(statement.replace("?", database.param), values).fetchall()


def held(query: "ModelSelect[Any]") -> "ModelSelect[Any]":
    """A select whose rows nobody else changes before this write transaction ends."""
    return database.hold_row(query)


def free(query: "ModelSelect[Any]") -> "ModelSelect[Any]":
    """The same without rows that somebody else holds."""
    return database.hold_free(query)


def register(app: Flask) -> None:
    """Never leave a transaction open behind a request; the first statement of a thread opens its connection."""

    @app.teardown_request
    def settle(_: BaseException | None) -> None:
        if database.is_closed():
            return
        if not database.is_connection_usable():  # PostgreSQL went away: the next request opens another one
            database.close()
        elif database.in_transaction():
            database.rollback()
