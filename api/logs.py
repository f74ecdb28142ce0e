"""The log: one JSON object a line on stderr, for whoever collects it.

What people sent never goes in. A fault of ours is told by its type and place, since the text of an error may
quote what it choked on; only errors of the machine (a full disk, a database that is gone) are quoted.
"""

import json
import logging
import time
import traceback
from typing import Any

from peewee import OperationalError

MACHINE = (OSError, OperationalError)
REQUESTS = "skinscore.requests"


class Lines(logging.Formatter):
    """A record as JSON: `fields` where it has them, else its message."""

    def format(self, record: logging.LogRecord) -> str:
        at = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created)) + f".{record.msecs:03.0f}Z"
        line: dict[str, Any] = {"at": at, "level": record.levelname.lower(), "logger": record.name}
        line |= getattr(record, "fields", None) or {"message": record.getMessage()}
        error = record.exc_info[1] if record.exc_info else None
        return json.dumps(line | (_told(error) if error else {}))


def _told(error: BaseException) -> dict[str, Any]:
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    quoted = {"said": str(error)} if isinstance(error, MACHINE) else {}
    return {"error": type(error).__name__, **quoted, "places": places}


def configure(requests: bool = True) -> None:
    """Log to stderr; without `requests` only what goes wrong."""
    handler = logging.StreamHandler()
    handler.setFormatter(Lines())
    ours = logging.getLogger("skinscore")
    ours.handlers, ours.propagate = [handler], False
    ours.setLevel(logging.INFO)
    logging.getLogger(REQUESTS).setLevel(logging.INFO if requests else logging.WARNING)
