"""Devices and a server that can be made to die around a commit, and answers that can be made to get lost."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import requests
from flask.testing import FlaskClient

from api.database import database
from sample_clients.python.client import Client
from tests.golden.wires import SERVER, as_response, asked_of, send, shown_answer

CRASHES = ("before commit", "after commit")


class Dies(BaseException):
    """A process ends here; nothing on the way catches it."""


class Wire:
    """A session to the application: `lose` answers, or let the server `crash` around its next commit."""

    def __init__(self, app: FlaskClient) -> None:
        self.app, self.lose, self.crash = app, 0, ""

    def request(self, method: str, url: str, **options: Any) -> requests.Response:
        """What requests.Session does."""
        try:
            with dying_server(self):
                said = shown_answer(send(self.app, asked_of(method, url, options)))
        except Dies:
            database.close()  # what was not committed goes with the process
            raise requests.ConnectionError("the server died") from None
        if self.lose:
            self.lose -= 1
            raise requests.ConnectionError("the answer was lost")
        return as_response(said)

    def close(self) -> None:
        """Nothing is kept open."""


@contextmanager
def dying_server(wire: Wire) -> Iterator[None]:
    """While a crash is due, the next commit is the last thing that the server does, or does not do."""
    commit = database.obj.commit
    with mock.patch.object(database.obj, "commit", lambda: _die_around(commit, _take(wire))):
        yield


def _take(wire: Wire) -> str:
    due, wire.crash = wire.crash, ""
    return due


def _die_around(commit: Callable[[], Any], crash: str) -> None:
    if crash != CRASHES[0]:
        commit()
    if crash:
        raise Dies


class Phone:
    """A device whose app can be ended at any moment and started again on what is on its disk."""

    def __init__(self, home: Path, wire: Wire) -> None:
        self.home, self.wire = home, wire
        self.start()

    def start(self) -> None:
        """Start the app."""
        self.client = Client(self.home, self.home, SERVER)
        self.client.server.session = self.wire  # type: ignore[assignment]

    def restart(self) -> None:
        """The app was ended: only its files are left."""
        self.client.store.close()
        self.start()

    def dying(self, crash: str, act: Callable[[], Any]) -> None:
        """Do something that its next commit ends, if it comes to one; then start again."""
        run = self.client.store._run

        def once(statement: str, *values: Any) -> list[Any]:
            if statement != "COMMIT":
                return run(statement, *values)
            _die_around(lambda: run(statement), crash)
            return []

        with mock.patch.object(self.client.store, "_run", once):
            try:
                act()
            except Dies:
                self.restart()
