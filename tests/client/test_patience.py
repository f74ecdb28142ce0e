"""How long the client waits by itself, that it says so, and what it says instead of waiting longer."""

import re

import pytest

from sample_clients.python import patience
from sample_clients.python.http import Server, ServerError
from sample_clients.python.store import Store
from tests.golden.wires import response


@pytest.fixture
def waits(monkeypatch):
    """The pauses that were made, without making them."""
    made: list[float] = []
    monkeypatch.setattr("sample_clients.python.patience.time.sleep", made.append)
    monkeypatch.setattr("sample_clients.python.http.pause", lambda attempt: 0.5)
    return made


@pytest.fixture
def server(tmp_path):
    store = Store(tmp_path)
    yield Server("https://server", store)
    store.close()


def answers(server: Server, *given: tuple[int, dict[str, str]]) -> None:
    """What the server answers, one after the other."""
    left = list(given)

    def request(*_, **__):
        status, headers = left.pop(0)
        return response(status, b"{}", {"Content-Type": "application/json"} | headers)

    server.session.request = request  # type: ignore[method-assign]


def test_a_wait_that_the_server_asks_for_is_made_and_said(server, waits, capsys):
    answers(server, (503, {"Retry-After": "5"}), (200, {}))
    assert server.fetch("/healthz") == b"{}"
    assert waits == [5.0]
    assert capsys.readouterr().err == "skinscore: the server is busy; trying again in 5 s\n"


def test_a_pause_that_nobody_notices_is_not_talked_about(server, waits, capsys):
    answers(server, (503, {}), (200, {}))
    server.fetch("/healthz")
    assert waits == [0.5] and capsys.readouterr().err == ""


@pytest.mark.parametrize("status", [429, 503])
def test_a_long_wait_is_not_made_but_told(server, waits, status):
    answers(server, (status, {"Retry-After": "240"}))
    with pytest.raises(ServerError, match=r"come again after \d\d:\d\d"):
        server.fetch("/healthz")
    assert waits == []


def test_the_client_never_waits_longer_by_itself_than_it_says(server, waits):
    longest = str(int(patience.LONGEST))
    answers(server, *[(429, {"Retry-After": longest})] * patience.TRIES)
    with pytest.raises(ServerError, match="come again"):
        server.fetch("/healthz")
    assert waits == [patience.LONGEST] * (patience.TRIES - 1)


def test_another_day_is_named():
    assert re.fullmatch(r"\d\d:\d\d on \d\d \w+", patience.clock(2 * 86400))
