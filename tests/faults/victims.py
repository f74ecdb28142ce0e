"""Who is killed: the web process, and of PostgreSQL one backend or the whole server; none can tidy up."""

import contextlib
import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from peewee import Database, OperationalError

from api.engines import engine
from tests.postgres import Cluster
from tests.servers import WebProcess

PATIENCE = 60  # s that PostgreSQL may take to recover
Kill = Callable[[], list[int]]  # the process ids that it hit


def victims(server: WebProcess, cluster: Cluster | None) -> dict[str, Kill]:
    """Each by its name."""
    kills: dict[str, Kill] = {"web": lambda: _kill(server.workers())}
    if cluster:
        kills |= {"backend": lambda: _kill(random.sample(_backends(cluster), 1)), "postgresql": lambda: _crash(cluster)}
    return kills


@contextmanager
def recovered(url: str) -> Iterator[Database]:
    """A connection of our own, once the database takes any."""
    database, end = engine(url), time.monotonic() + PATIENCE
    while not database.is_connection_usable():
        try:
            database.connect(reuse_if_open=True)
        except OperationalError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)
    yield database
    database.close()


def _kill(pids: list[int]) -> list[int]:
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    return pids


def _backends(cluster: Cluster) -> list[int]:
    """Processes that serve a connection of ours."""
    pid = cluster.server.pid
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in children if "127.0.0.1" in _title(child)]


def _title(pid: str) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_text()
    return ""


def _crash(cluster: Cluster) -> list[int]:
    """An immediate shutdown writes nothing more: the next start has to recover from the log."""
    cluster.server.send_signal(signal.SIGQUIT)
    cluster.server.wait(30)
    crashed = cluster.server.pid
    cluster.start()
    return [crashed]
