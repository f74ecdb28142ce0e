"""One writer held between its number and its commit, while another one passes: what a polling reader then misses.

The control is the usual cursor, "changed since the newest time stamp that I saw", on the same database: it loses the
held record for certain. Ours numbers records under a lock that lasts to the commit, so nobody passes.
"""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from peewee import BigIntegerField, CharField

from api import filing, history
from api.database import database, write_transaction
from api.tables import Account, SyncHead, Table
from tests.api.helpers import score

PATIENCE = 0.5  # s that the second writer gets to pass the first


class Stamped(Table):
    """A record as servers with a time-stamp cursor keep it."""

    id = CharField(primary_key=True)
    stamp = BigIntegerField()


def naive_missed() -> int:
    """How many of two records a reader by time stamp never sees."""
    with database.connection_context():
        database.create_tables([Stamped])

    def write(name: str, hold: Callable[[], None]) -> None:
        stamp = time.time_ns()
        hold()
        with write_transaction():
            Stamped.create(id=name, stamp=stamp)

    def read(newest: int) -> tuple[set[str], int]:
        rows = list(Stamped.select().where(Stamped.stamp > newest))
        return {row.id for row in rows}, max((row.stamp for row in rows), default=newest)

    return _missed(write, read, 0)


def our_missed() -> int:
    """The same with a push and a pull of ours."""
    with database.connection_context():
        Account.create(id="barrier", email="barrier", password_hash="", created_at=0)
        SyncHead.create(account="barrier", epoch="barrier")
    account, numbers = Account(id="barrier"), {"first": 1, "second": 2}

    def write(name: str, hold: Callable[[], None]) -> None:
        with _held_before_commit(name, hold):
            filing.push(account, [score(numbers[name])], [])

    def read(cursor: str | None) -> tuple[set[str], Any]:
        page = json.loads(history.pull(account, cursor, 200, "k" * 32).text or "{}")
        named = {score(n)["id"]: name for name, n in numbers.items()}
        return {named[item["record"]["id"]] for item in page["records"]}, page["next_cursor"]

    return _missed(write, read, None)


@contextmanager
def _held_before_commit(name: str, hold: Callable[[], None]) -> Iterator[None]:
    if name != "first":
        yield
        return
    save = filing.Filing.save

    def late(self: filing.Filing) -> None:
        save(self)
        if threading.current_thread().name == "first":
            hold()

    with mock.patch.object(filing.Filing, "save", late):
        yield


def _missed(write: Callable[..., None], read: Callable[[Any], tuple[set[str], Any]], start: Any) -> int:
    """Hold the first writer until the second has passed, or cannot; read before and after the first one's commit."""
    reached, go_on = threading.Event(), threading.Event()

    def hold() -> None:
        reached.set()
        go_on.wait(30)

    def run(name: str, held: Callable[[], None]) -> None:
        with database.connection_context():
            write(name, held)

    first = threading.Thread(target=run, args=("first", hold), name="first")
    second = threading.Thread(target=run, args=("second", lambda: None), name="second")
    first.start()
    reached.wait(30)
    second.start()
    second.join(PATIENCE)
    with database.connection_context():
        seen, cursor = read(start)
        go_on.set()
        first.join()
        second.join()
        return len({"first", "second"} - seen - read(cursor)[0])
