"""The troubles of `tests.faults.trouble`: each happens to a real server while writers write."""

import sqlite3
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any
from unittest import mock

from api.arrival import Worker
from api.engines import is_postgres, sqlite_path
from tests.faults import cut, load
from tests.faults.clock_back import clock_back
from tests.faults.place import Place
from tests.faults.small_disk import small_disk
from tests.faults.steady import Steady, writing
from tests.people import Person
from tests.postgres import Cluster
from tests.servers import APP, web_process

LOCKED_SECONDS = 10
TRUNCATED = 40
MEGABYTES = {"sqlite": 12, "postgresql": 160}


def outcome(steady: Steady, promised: set[int], **happened: bool) -> dict[str, Any]:
    """The figures of a scene; what should have `happened` and did not is a failure too."""
    return steady.judge(promised) | {"did_not_happen": [name for name, true in happened.items() if not true]}


def disk_full(place: Place) -> dict[str, Any]:
    """Nothing more can be written, then there is room again."""
    kind = "postgresql" if place.cluster else "sqlite"
    with small_disk(place.scratch / "small", MEGABYTES[kind]) as disk:
        if not place.cluster:
            return _filled(disk, place.scratch, place.url(disk.folder))
        with mock.patch.object(tempfile, "tempdir", str(disk.folder)), closing(Cluster(durable=True)) as inside:
            return _filled(disk, place.scratch, inside.database())


def _filled(disk: Any, scratch: Path, url: str) -> dict[str, Any]:
    with web_process(scratch, url) as server:
        with writing(server.port) as steady:
            disk.fill()
            refused, readable = steady.refused(), steady.can_read()
            disk.free()
            went_on = steady.goes_on()
        return outcome(steady, {200, 503}, refused=refused, readable=readable, went_on=went_on)


def locked(place: Place) -> dict[str, Any]:
    """Another program holds the database's write lock for ten seconds."""
    url = place.url()
    with web_process(place.scratch, url) as server:
        with writing(server.port) as steady:
            with closing(_lock(url)):
                end = time.monotonic() + LOCKED_SECONDS
                refused, readable = steady.refused(1), steady.can_read()
                time.sleep(max(0, end - time.monotonic()))
            went_on = steady.goes_on()
        return outcome(steady, {200, 503}, refused=refused, readable=readable, went_on=went_on)


def _lock(url: str) -> Any:
    if not is_postgres(url):
        held = sqlite3.connect(sqlite_path(url), isolation_level=None, timeout=30)
        held.execute("BEGIN EXCLUSIVE")
        return held
    import psycopg

    session = psycopg.connect(url)
    session.execute("LOCK TABLE synchead, record IN EXCLUSIVE MODE")
    return session


def restarted(place: Place) -> dict[str, Any]:
    """PostgreSQL is shut down and started again."""
    assert place.cluster
    with web_process(place.scratch, place.url()) as server:
        with writing(server.port) as steady:
            place.cluster.stop()
            refused = steady.refused()
            place.cluster.start()
            went_on = steady.goes_on()
        return outcome(steady, {200, 503}, refused=refused, went_on=went_on)


def truncated(place: Place) -> dict[str, Any]:
    """Bodies end too soon: nothing of them is filed, and everybody else goes on."""
    with web_process(place.scratch, place.url()) as server, Person(server.port) as me:
        with writing(server.port) as steady:
            told = [(way := cut.WAYS[n % len(cut.WAYS)], cut.truncated(me, n, way)) for n in range(TRUNCATED)]
            went_on = steady.goes_on()
        figures = outcome(steady, {200}, went_on=went_on)
        filed = len(load.listing(me)[0])
    right = {way: 0 if way == "reset" else 400 for way in cut.WAYS}
    figures["unpromised"] += sum(status != right[way] for way, status in told) + filed
    return figures | {"truncated": dict(Counter(f"{way}: {status}" for way, status in told))}


def slow(place: Place, app: str = APP, patience: float = Worker.seconds) -> dict[str, Any]:
    """One body comes in pieces, and half as many connections as there are threads stop in the middle."""
    with web_process(place.scratch, place.url(), app) as server, Person(server.port) as me:
        with writing(server.port) as steady:
            trickled = cut.trickled(me, b"".join(cut.head_and_body(me, 1)), seconds=patience / 4)
            stopped = [cut.stalled(me, 10 + n, in_head=n % 2 == 0) for n in range(8)]
            time.sleep(patience + 2)
            went_on = steady.goes_on()
            told = [cut.status(line) for line in stopped]
            for line in stopped:
                line.close()
        figures = outcome(steady, {200}, went_on=went_on, trickled=trickled == 200)
        filed = set(load.listing(me)[0])
    figures["unpromised"] += sum(status not in (0, 400) for status in told) + (len(filed) != 1)
    return figures | {"stalled": dict(Counter(told))}


ANYWHERE: dict[str, Callable[[Place], dict[str, Any]]] = {
    "disk full": disk_full,
    "locked 10 s": locked,
    "clock back": clock_back,
    "truncated": truncated,
    "slow": slow,
}
SCENES = {"sqlite": ANYWHERE, "postgresql": ANYWHERE | {"restart": restarted}}
