"""A client against the real API application, without a socket: requests go to Flask's test client."""

from pathlib import Path

import pytest
import requests

from api import create_app
from api.config import Config
from api.database import database
from sample_clients.python.http import Server
from sample_clients.python.store import Store
from tests.golden.wires import response


class Wire:
    """Carries a client's requests to the application; can lose answers, and can be cut."""

    def __init__(self, app) -> None:
        self.client, self.lose_next, self.cut = app.test_client(), False, False

    def request(self, method, url, headers=None, timeout=None, params=None, json=None, data=None, **_):
        if self.cut:
            raise requests.ConnectionError("cut")
        path = url.removeprefix("https://server")
        answer = self.client.open(path, method=method, headers=headers, query_string=params, json=json, data=data)
        if self.lose_next:
            self.lose_next = False
            raise requests.ConnectionError("the answer was lost")
        return response(answer.status_code, answer.data, answer.headers)


@pytest.fixture
def app(tmp_path: Path, database_url: str):
    keys = {"k": "a" * 32}
    config = Config(database_url, tmp_path, tmp_path, keys, "r" * 32, b"p" * 32, erasure_ledger=tmp_path / "erased")
    yield create_app(config)
    database.close()


@pytest.fixture
def device(app, tmp_path, monkeypatch):
    monkeypatch.setattr("sample_clients.python.http.pause", lambda attempt: 0)
    opened = []

    def make(name: str) -> tuple[Store, Server, Wire]:
        store = Store(tmp_path / name)
        server = Server("https://server", store)
        server.session = wire = Wire(app)
        opened.append(store)
        return store, server, wire

    yield make
    for store in opened:
        store.close()


@pytest.fixture
def two(device):
    """A phone and a tablet of one person."""
    phone, tablet = device("phone"), device("tablet")
    phone[1].sign_in("register", "me@example.org", "a long password", "phone", consents={"sync": 1})
    tablet[1].sign_in("login", "me@example.org", "a long password", "tablet")
    return phone, tablet
