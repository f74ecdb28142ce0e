"""The application for fault runs, as gunicorn starts it: it kills itself with SIGKILL at a named point when told to.

`tests.faults.dying:create_app()` dies once the file named by DIE_AT holds the point that it passes.
`tests.faults.dying:create_careless_app()` acknowledges writes that are not on disk: what a check of fsync must see.
"""

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask

import api
from api import engines, filing
from api.database import database

DIE_AT = "DIE_AT"
FORGET = "forget"  # the control: a commit that is acknowledged and not made
POINTS = ("before_begin", "after_begin", "after_number", "before_commit", "after_commit")


def create_app() -> Flask:
    """The real application, with the points laid around its transactions."""
    app = api.create_app()
    opened = database.obj
    commit, rollback = opened.commit, opened.rollback
    opened.begin = _between("before_begin", opened.begin, "after_begin")
    opened.commit = _between("before_commit", lambda: rollback() if _told(FORGET) else commit(), "after_commit")
    filing._lock_head = _between(None, filing._lock_head, "after_number")
    return app


def create_careless_app() -> Flask:
    """The real application on a database that never waits for the disk."""
    engines.PRAGMAS["synchronous"] = "off"
    return api.create_app()


def _between(before: str | None, call: Callable[..., Any], after: str) -> Callable[..., Any]:
    def wrapped(*given: Any, **named: Any) -> Any:
        _die_if_told(before)
        answer = call(*given, **named)
        _die_if_told(after)
        return answer

    return wrapped


def _die_if_told(point: str | None) -> None:
    if point and _told(point):
        os.kill(os.getpid(), signal.SIGKILL)


def _told(point: str) -> bool:
    """Whether this point was named; it counts once."""
    file = Path(os.environ[DIE_AT])
    if not file.exists() or file.read_text() != point:
        return False
    file.unlink()
    return True
