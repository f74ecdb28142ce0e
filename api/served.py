"""What the one process that serves does beside answering: hold the database alone, let go of data in time."""

import fcntl
import logging
import threading
from pathlib import Path
from typing import IO

from peewee import OperationalError, PeeweeException

from api import erasure, leases
from api.config import ConfigError
from api.database import database
from api.engines import engine, is_postgres, sqlite_path

_held: list[IO[str]] = []  # open for the life of the process: closing the file would let the lock go


def hold(url: str) -> None:
    """Lock the SQLite file for this process. Raises `ConfigError` when another one serves it."""
    if not is_postgres(url):
        _held.append(lock(url))


def require(url: str) -> None:
    """Raises `ConfigError` when a web process could not serve this database now."""
    if not is_postgres(url):
        lock(url).close()
        return
    try:
        with engine(url).connection_context():
            pass
    except OperationalError:
        raise ConfigError("PostgreSQL does not let us in: start it, or mend DATABASE_URL") from None


def lock(url: str) -> IO[str]:
    """A lock that one web process holds per SQLite file, since two would each queue their own writers."""
    path = sqlite_path(url)
    held = _beside(path)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        held.close()
        raise ConfigError(f"another server uses {path}: stop it, or set DATABASE_URL to another file") from None
    return held


def _beside(path: Path) -> IO[str]:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.with_name(path.name + ".lock").open("w")
    except OSError as error:
        raise ConfigError(f"{path} cannot be used ({error.strerror}): set DATABASE_URL to another file") from None


def sweep_for_ever() -> None:
    """Reap in the background: the worker reaps too, but a photo must go in time even when no worker lives."""
    threading.Thread(target=_sweep, args=(threading.Event(),), name="sweep", daemon=True).start()


def _sweep(stop: threading.Event) -> None:
    while True:
        try:
            with database.connection_context():  # a new one each time: PostgreSQL may have been restarted meanwhile
                leases.reap()
                erasure.settle()
        except PeeweeException:  # a full or locked disk may be better at the next look
            logging.getLogger("skinscore").exception("photos and leases could not be swept")
        if stop.wait(leases.SWEEP_SECONDS):
            return
