"""The doorbell between web processes and workers: huey's queue holds the ids of new jobs, and nothing hangs on it.

The job table is the truth. A ring that is lost, or a queue that is down, costs a waiting photo the second until a
worker looks at the table by itself. `QUEUE_URL` names Redis, PostgreSQL, or a SQLite file of its own; ids are all that
is ever written there, so a queue that others can read or write gives nothing away and runs nothing.
"""

import logging
import time
from typing import Any

from api.config import Config, ConfigError
from api.engines import is_postgres, sqlite_path

NAME = "skinscore_heatmaps"
PAUSE = 0.05  # s between looks at a queue that cannot wake anyone; huey's own grows to 10 s
BLOCKING = 1  # s that a queue which can wake someone is listened to at once
TRIES = 5
log = logging.getLogger("skinscore.doorbell")


class Doorbell:
    """Ring it after a job is committed; wait for it with nothing to do. Neither ever raises."""

    def __init__(self, url: str) -> None:
        self.queue, self.down = _storage(url), False

    def ring(self, job_id: str) -> None:
        """Tell one waiting worker."""
        try:
            self.queue.enqueue(job_id.encode())
            self.down = False
        except Exception as error:  # of Redis, PostgreSQL or SQLite
            self._complain(error)

    def wait(self) -> None:
        """Return when it rings, or after a moment."""
        try:
            rung = self.queue.dequeue()
            self.down = False
        except Exception as error:
            self._complain(error)
            rung = None
        if rung is None and (self.down or not self.queue.blocking):
            time.sleep(PAUSE)

    def close(self) -> None:
        """Let go of this thread's connections; they are opened again when needed."""
        self.queue.close()

    def _complain(self, error: Exception) -> None:
        """Once per outage."""
        if not self.down:
            log.warning("the queue cannot be reached, workers look at the table instead: %s", type(error).__name__)
        self.down = True


def _storage(url: str) -> Any:
    from huey.storage import PostgresStorage, RedisStorage, SqliteStorage

    if url.startswith(("redis://", "rediss://")):
        return RedisStorage(NAME, url=url, read_timeout=BLOCKING)
    if is_postgres(url):
        return PostgresStorage(NAME, dsn=url.replace("postgres://", "postgresql://", 1), read_timeout=BLOCKING)
    path = sqlite_path(url)
    path.parent.mkdir(parents=True, exist_ok=True)
    return SqliteStorage(NAME, filename=str(path), fsync=False)


def open_doorbell(config: Config) -> Doorbell:
    """The doorbell of these settings; where none is named, in PostgreSQL, or in a file beside SQLite's.

    Raises `ConfigError` for a QUEUE_URL that can never work.
    """
    beside = config.database_url if is_postgres(config.database_url) else f"{config.database_url}.queue"
    url = config.queue_url or beside
    for left in reversed(range(TRIES)):
        try:
            return Doorbell(url)
        except ConfigError:
            raise ConfigError("QUEUE_URL must be redis://…, postgresql://… or sqlite:///PATH") from None
        except Exception as error:
            reason = type(error).__name__
            time.sleep(PAUSE * left)  # processes that start at once make the same tables
    raise ConfigError(f"QUEUE_URL cannot be used ({reason}): start that server, or mend it")
