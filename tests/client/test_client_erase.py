"""A device whose account is gone is not bound to it for ever: it is erased here, and any account may sign in."""

import pytest

from api.tables import Account
from sample_clients.python import records
from sample_clients.python.__main__ import main
from sample_clients.python.client import Client
from sample_clients.python.http import ServerError
from tests.client.conftest import Wire
from tests.client.helpers import meanwhile, score

EMAIL, PASSWORD, MARKER = "me@example.org", "a long password", "a telling marker"


@pytest.fixture
def client(app, tmp_path, monkeypatch):
    """Somebody with an account, a synced score and a note that waits; the command line is theirs."""
    monkeypatch.setattr("sample_clients.python.http.pause", lambda attempt: 0)
    held = Client(tmp_path / "none", tmp_path / "home", "https://server")
    held.server.session = Wire(app)
    held.sign_in("register", EMAIL, PASSWORD, "phone", adopt=True, consents={"sync": 1})
    held.store.add(record := score())
    assert held.sync().complete
    held.store.add(records.note_record(record["id"], MARKER))
    monkeypatch.setattr("sample_clients.python.__main__.Client", lambda *_: held)
    yield held
    held.store.close()


def delete_account_and_lose_the_answer(client: Client) -> None:
    fresh = client.server.call("POST", "/v1/auth/reauth", json={"password": PASSWORD}).json()["access_token"]
    client.server.session.lose_next = True
    with pytest.raises(ServerError):
        client.server._send("DELETE", "/v1/account", token=fresh)
    assert Account.select().count() == 0


def test_a_device_whose_account_is_gone_signs_in_to_another_once_it_was_erased(client):
    delete_account_and_lose_the_answer(client)
    with pytest.raises(ServerError, match="or `erase` this one"):
        client.sign_in("register", EMAIL, PASSWORD, "phone", adopt=True)
    assert main(["erase", "--yes"]) == 0
    client.sign_in("register", "other@example.org", PASSWORD, "phone", adopt=False, consents={"sync": 1})
    assert client.sync().complete and client.store.live() == [] and client.store.unsent_count() == 0


def test_what_was_erased_here_comes_back_from_an_account_that_still_is(client):
    synced = client.history()
    client.erase_here()
    client.sign_in("login", EMAIL, PASSWORD, "phone", adopt=False)
    assert client.sync().complete and client.history() == synced != []


def test_erasing_leaves_no_byte_of_a_person_and_all_that_concerns_the_device(client):
    client.models.accept(7, frozenset(["a" * 64]))
    install = client.models.install_id
    told = [EMAIL, MARKER, client.store.setting("account"), client.store.setting("refresh_token")]

    def left() -> set[str]:
        files = b"".join(path.read_bytes() for path in client.store.path.parent.iterdir())
        return {word for word in told if word.encode() in files}

    assert left() == set(told)
    client.erase_here()
    assert left() == set()
    assert (client.models.seen, client.models.install_id) == (7, install) and "a" * 64 in client.models.revoked


def test_tokens_that_arrive_after_erasing_are_not_kept(client):
    client.server._access = None
    meanwhile(client.server.session, client.erase_here)
    with pytest.raises(ServerError, match="changed meanwhile"):
        client.sync()
    assert client.server._access is None and client.store.setting("refresh_token") is None
    assert client.store.live() == [] and client.store.setting("account") is None


@pytest.mark.parametrize("said", [None, "n", ""])
def test_without_a_yes_nothing_is_erased_and_what_waits_is_told(client, capsys, monkeypatch, said):
    monkeypatch.setattr("sys.stdin.isatty", lambda: said is not None)
    monkeypatch.setattr("builtins.input", lambda question: said)
    assert main(["erase"]) == 2
    told = capsys.readouterr().err
    assert "1 not synced yet" in told and "--yes" in told and told.count("\n") == 1
    assert len(client.store.live()) == 2 and client.store.setting("email") == EMAIL


def test_a_person_at_the_keyboard_may_say_yes(client, monkeypatch):
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("builtins.input", lambda question: "y")
    assert main(["erase"]) == 0 and client.store.live() == []
