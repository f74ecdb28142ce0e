"""The log: one JSON object a line on stderr, for whoever collects it.

What people sent never goes in. A fault of ours is told by its type and place, since the text of an error may
quote what it choked on; only errors of the machine (a full disk, a database that is gone) are quoted.
"""

import atexit
import json
import logging
import sys
import threading
import time
import traceback
from collections import deque
from typing import Any

from peewee import OperationalError

TOGETHER = 0.2  # s of requests that are written at once
MACHINE = (OSError, OperationalError)


class Lines(logging.Formatter):
    """A record as JSON."""

    def format(self, record: logging.LogRecord) -> str:
        said = {"level": record.levelname.lower(), "logger": record.name, "message": record.getMessage()}
        error = record.exc_info[1] if record.exc_info else None
        return _line(record.created, said | (_told(error) if error else {}))


class Requests:
    """Lines of requests. A thread of its own writes them: a write costs the one that answers its turn to run."""

    def __init__(self) -> None:
        self._kept: deque[tuple[float, dict[str, Any]]] = deque()
        self.wanted = False

    def note(self, **seen: Any) -> None:
        """Keep what was seen of a request until it is written."""
        if self.wanted:
            self._kept.append((time.time(), seen))

    def flush(self) -> None:
        """Write what there is."""
        kept = [self._kept.popleft() for _ in range(len(self._kept))]
        if kept:
            sys.stderr.write("".join(_line(*one) + "\n" for one in kept))
            sys.stderr.flush()

    def write_for_ever(self) -> None:
        """Write now and then, and at the end."""
        atexit.register(self.flush)
        while True:
            time.sleep(TOGETHER)
            self.flush()


requests = Requests()


def configure(log_requests: bool = True) -> None:
    """Log to stderr, for the life of this process; requests too, where they are wanted."""
    handler = logging.StreamHandler()
    handler.setFormatter(Lines())
    ours = logging.getLogger("skinscore")
    ours.handlers, ours.propagate = [handler], False
    ours.setLevel(logging.INFO)
    requests.wanted = log_requests
    if log_requests:
        threading.Thread(target=requests.write_for_ever, name="log", daemon=True).start()


def _line(at: float, said: dict[str, Any]) -> str:
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at)) + f".{at % 1 * 1000:03.0f}Z"
    return json.dumps({"at": stamp} | said)


def _told(error: BaseException) -> dict[str, Any]:
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    quoted = {"said": str(error)} if isinstance(error, MACHINE) else {}
    return {"error": type(error).__name__, **quoted, "places": places}
