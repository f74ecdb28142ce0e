"""Connections that end in the middle of an answer of the real web process."""

import pytest

from sample_clients.python.client import Client
from tests.client.helpers import score
from tests.relay import relay
from tests.servers import web_process


@pytest.fixture
def phone(tmp_path, monkeypatch):
    """A client that is signed in, and the relay between it and its server."""
    monkeypatch.setattr("sample_clients.python.http.pause", lambda attempt: 0)
    with web_process(tmp_path, f"sqlite:///{tmp_path / 'api.db'}") as server, relay(server.port) as wire:
        client = Client(tmp_path, tmp_path / "home", wire.url)
        client.sign_in("register", "me@example.org", "a long password", "phone", adopt=True, consents={"sync": 1})
        yield client, wire
        client.store.close()


def test_an_answer_that_is_cut_at_any_place_is_asked_for_again(phone):
    client, wire = phone
    for cut in range(0, 700, 9):
        client.store.add(score())
        wire.cut = cut
        assert client.sync().complete
    assert len(client.history()) == 78
