"""The application for fault runs, as gunicorn starts it: it kills itself with SIGKILL at a named point when told to.

`tests.faults.dying:create_app()` dies once the file named by DIE_AT holds the point that it passes.
`tests.faults.dying:create_careless_app()` acknowledges writes that are not on disk: what a check of fsync must see.
`tests.faults.dying:create_hasty_app()` gives a request a second to arrive.
`tests.faults.dying:create_wandering_app()` has a clock that is as many seconds behind as the file named by BEHIND says.
"""

import datetime
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import flask_jwt_extended.tokens
import flask_jwt_extended.view_decorators
import jwt.api_jwt
from flask import Flask
from gunicorn.workers.gthread import ThreadWorker

import api
from api import clock, engines, filing, verified
from api.database import database

DIE_AT = "DIE_AT"
BEHIND = "BEHIND"
FORGET = "forget"  # the control: a commit that is acknowledged and not made
POINTS = ("before_begin", "after_begin", "after_number", "before_commit", "after_commit")


def create_app() -> Flask:
    """The real application, with the points laid around its transactions."""
    app = api.create_app()
    opened = database.obj
    commit, rollback = opened.commit, opened.rollback
    opened.begin = between("before_begin", opened.begin, "after_begin")
    opened.commit = between("before_commit", lambda: rollback() if _told(FORGET) else commit(), "after_commit")
    filing._lock_head = between(None, filing._lock_head, "after_number")
    return app


def create_careless_app() -> Flask:
    """The real application on a database that never waits for the disk."""
    engines.PRAGMAS["synchronous"] = "off"
    return api.create_app()


def create_hasty_app() -> Flask:
    """The real application, served by a worker that loses patience soon."""
    (worker,) = ThreadWorker.__subclasses__()
    worker.seconds = 1.0  # type: ignore[attr-defined]
    return api.create_app()


def create_wandering_app() -> Flask:
    """The real application; every clock that judges a token or a login reads the same time."""
    clock.now = lambda: int(_wandering())
    verified.time = SimpleNamespace(time=_wandering)  # type: ignore[assignment]
    for module in (jwt.api_jwt, flask_jwt_extended.tokens, flask_jwt_extended.view_decorators):
        module.datetime = _Wandering  # type: ignore[attr-defined]
    return api.create_app()


class _Wandering(datetime.datetime):
    @classmethod
    def now(cls, tz: datetime.tzinfo | None = None) -> "_Wandering":
        return cls.fromtimestamp(_wandering(), tz)


def _wandering() -> float:
    return time.time() - float(Path(os.environ[BEHIND]).read_text() or 0)


def between(before: str | None, call: Callable[..., Any], after: str) -> Callable[..., Any]:
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
