"""What needs a consent shows the server's own text and asks; without a yes nothing is agreed to."""

import pytest

from api import consents
from api.tables import ConsentChange
from sample_clients.python.__main__ import main
from sample_clients.python.client import Client
from tests.client.conftest import Wire
from tests.client.helpers import score


@pytest.fixture
def client(app, tmp_path, monkeypatch):
    """Somebody with an account and a score that waits; the command line is theirs."""
    held = Client(tmp_path / "none", tmp_path / "home", "https://server")
    held.server.session = Wire(app)
    held.sign_in("register", "me@example.org", "a long password", "phone", adopt=True)
    held.store.add(score())
    monkeypatch.setattr("sample_clients.python.__main__.Client", lambda *_: held)
    yield held
    held.store.close()


def test_a_sync_without_a_consent_shows_the_text_and_sends_nothing(client, capsys):
    assert main(["sync"]) == 2
    assert consents.TEXTS["sync"].text in capsys.readouterr().err
    assert client.store.unsent_count() == 1 and ConsentChange.select().count() == 0


def test_a_sync_that_agrees_sends_what_waits_and_asks_no_more(client):
    assert main(["sync", "--consent"]) == 0
    assert client.store.unsent_count() == 0
    assert [(change.purpose, change.version) for change in ConsentChange.select()] == [("sync", 1)]
    assert main(["sync", "--consent"]) == main(["sync"]) == 0 and ConsentChange.select().count() == 1


@pytest.mark.parametrize(("said", "status"), [("y", 0), ("n", 2), ("", 2)])
def test_a_person_at_the_keyboard_is_asked(client, monkeypatch, said, status):
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("builtins.input", lambda question: said)
    assert main(["sync"]) == status


def test_the_version_agreed_to_is_the_one_that_was_shown(client, monkeypatch):
    monkeypatch.setitem(consents.TEXTS, "sync", consents.Text(2, "A new text."))
    assert main(["sync", "--consent"]) == 0
    assert ConsentChange.get().version == 2
