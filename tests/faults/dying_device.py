"""One device that works while the server dies under it, and what must be true when both are back."""

import os
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

from peewee import Database, PeeweeException

from api import engines
from sample_clients.python import sync
from sample_clients.python.client import Client
from sample_clients.python.http import ServerError
from tests.client.helpers import score
from tests.faults import dying
from tests.faults.leaving import Leaver
from tests.faults.victims import recovered, victims
from tests.postgres import Cluster
from tests.servers import WebProcess, web_process

BATCH, PATIENCE = 5, 60  # records a push; s to come together after a kill
RANDOM_SECONDS = 0.3
SHOULD_BE_NONE = {
    "doubled": "SELECT count(*) - count(DISTINCT id) FROM record",
    "miscounted": "SELECT count(*) FROM synchead AS head WHERE count != "
    "(SELECT count(*) FROM record AS r WHERE r.account_id = head.account_id AND NOT tombstone)",
}
INDEXES = """
    SELECT bt_index_check(i.indexrelid, true) FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
    WHERE c.relnamespace = 'public'::regnamespace"""
BUSY = ("offline", "unexpected", "busy")


class Device:
    """The device, what it did in all, and the server that dies under it."""

    def __init__(self, server: WebProcess, scratch: Path, url: str, cluster: Cluster | None) -> None:
        self.server, self.told, self.url = server, scratch / "die", url
        self.victims = victims(server, cluster)
        self.client = Client(scratch, scratch / "device", f"http://127.0.0.1:{server.port}")
        agreed = {"sync": 1}
        self.client.sign_in("register", "me@example.org", "a long password", "device", adopt=True, consents=agreed)
        self.expected: set[str] = set()

    def play(self, doing: str, point: str | None = None, victim: str = "web") -> list[str]:
        """Do something while the server dies at a point, or a victim at random; what went wrong."""
        leaver = Leaver(self.server.port) if doing == "erase" else None
        self._until_it_gets_through(busy=False)  # so that the next transaction is the one that is meant
        self._prepare(doing)
        with self._doomed(point, victim) as killed:
            status = leaver.leave() if leaver else 0
            with mock.patch("sample_clients.python.sync._pull_all", wraps=sync._pull_all) as repair:
                complete = self._until_it_gets_through(busy=point is None)
        faults = [] if killed else ["not killed"]
        faults += ["acknowledged and lost"] if repair.called else []
        faults += [] if complete else ["not converging"]
        faults += leaver.judge(status, self.url) if leaver else []
        return faults + self._judge()

    @contextmanager
    def _doomed(self, point: str | None, victim: str) -> Iterator[list[int]]:
        """The server dies meanwhile, at a point or at random; the list has something in it once it did."""
        killed: list[int] = []
        if point:
            self.told.write_text(point)
            yield killed
            killed += [] if self.told.exists() else [1]
            self.told.unlink(missing_ok=True)
            return
        timer = threading.Timer(random.uniform(0, RANDOM_SECONDS), lambda: killed.extend(self.victims[victim]()))
        timer.start()
        yield killed
        timer.join()

    def _prepare(self, doing: str) -> None:
        if doing == "push":
            made = [score() for _ in range(BATCH)]
            for record in made:
                self.client.store.add(record)
            self.expected |= {record["id"] for record in made}
        elif doing == "delete" and self.expected:
            self.client.store.delete(doomed := random.choice(sorted(self.expected)))
            self.expected.discard(doomed)
        elif doing == "refresh":
            self.client.server._access = None

    def _until_it_gets_through(self, busy: bool) -> bool:
        """Whether a sync after the kill ended complete; when `busy`, keep writing until the kill came."""
        begun = time.monotonic()
        while time.monotonic() - begun < PATIENCE:
            if busy and time.monotonic() - begun < RANDOM_SECONDS:
                self._prepare("push")
            try:
                complete = self.client.sync().complete
            except ServerError as error:
                if error.slug not in BUSY:
                    return False
                continue
            if complete and (not busy or time.monotonic() - begun > RANDOM_SECONDS):
                return True
        return False

    def _judge(self) -> list[str]:
        self.server.wait()
        held = {record["id"] for record in self.client.store.live()}
        faults = [] if held == self.expected else ["lost or doubled"]
        if self.client.store.setting("refresh_token") is None:
            faults.append("signed out")
        with recovered(self.url) as database:
            found = {fault: database.execute_sql(query).fetchone()[0] for fault, query in SHOULD_BE_NONE.items()}
            found["integrity"] = not is_sound(database)
        return faults + [fault for fault, wrong in found.items() if wrong]


def is_sound(database: Database) -> bool:
    """What the database says about its own files: SQLite of all pages, PostgreSQL of indexes and the rows they name."""
    if isinstance(database, engines.Sqlite):
        return database.execute_sql("PRAGMA integrity_check").fetchone() == ("ok",)
    database.execute_sql("CREATE EXTENSION IF NOT EXISTS amcheck")
    try:
        database.execute_sql(INDEXES)
    except PeeweeException:
        return False
    return True


@contextmanager
def device(scratch: Path, url: str, cluster: Cluster | None = None) -> Iterator[Device]:
    """A device and the server that dies under it."""
    told = {dying.DIE_AT: str(scratch / "die")}
    app = "tests.faults.dying:create_app()"
    with mock.patch.dict(os.environ, told), web_process(scratch, url, app) as server:
        one = Device(server, scratch, url, cluster)
        with mock.patch("sample_clients.python.http.pause", lambda attempt: 0.1):
            yield one
        one.client.store.close()
        one.client.server.session.close()
