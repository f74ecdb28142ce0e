"""What must hold when something else goes wrong during a sync: restores, races, large notes, other accounts."""

import json

import pytest
import requests

from api.tables import Account, Device, Record, SyncHead
from sample_clients.python import records
from sample_clients.python.http import Server, ServerError
from sample_clients.python.sync import sync
from tests.client.helpers import score
from tests.golden.wires import response

PASSWORD = "a long password"

pytestmark = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def phone(device):
    held = device("phone")
    held[1].sign_in("register", "me@example.org", PASSWORD, "phone", consents={"sync": 1})
    return held


def restore(rows: list[dict], record: dict) -> None:
    """Put the server's tables back to `rows`, when it held `record` alone, under a new epoch."""
    Record.delete().execute()
    Record.insert_many(rows).execute()
    head = {"epoch": "restored", "seq": 1, "count": 1, "xor": records.fold([record])}
    SyncHead.update(head).execute()


def test_a_delete_survives_a_restore_from_a_backup_made_before_it(phone):
    store, server, _ = phone
    record = score()
    store.add(record)
    sync(store, server)
    backup = list(Record.select().dicts())
    store.delete(record["id"])
    sync(store, server)
    restore(backup, record)
    assert sync(store, server).complete
    assert store.get(record["id"]) is None and Record.get(Record.id == record["id"]).tombstone


def test_a_delete_made_while_its_record_is_being_pushed_is_not_forgotten(phone, monkeypatch):
    store, server, wire = phone
    record = score()
    store.add(record)
    answered = wire.request

    def delete_meanwhile(method, url, **options):
        answer = answered(method, url, **options)
        if method == "POST" and url.endswith("/v1/sync"):
            monkeypatch.setattr(wire, "request", answered)
            store.delete(record["id"])
        return answer

    monkeypatch.setattr(wire, "request", delete_meanwhile)
    sync(store, server)
    assert sync(store, server).complete
    assert Record.get(Record.id == record["id"]).tombstone


def test_long_notes_do_not_make_a_push_too_large(phone):
    store, server, _ = phone
    record = score()
    store.add(record)
    for _ in range(120):
        store.add(records.note_record(record["id"], "살" * 4000))
    assert sync(store, server).complete and store.unsent_count() == 0


@pytest.mark.parametrize("how", ["login", "recover"])
def test_another_account_is_refused_before_the_server_does_anything(phone, device, how):
    store, server, _ = phone
    other = device("other")
    code = other[1].sign_in("register", "other@example.org", PASSWORD, "other")
    mine = store.setting("refresh_token")
    with pytest.raises(ServerError, match="another account"):
        server.sign_in(how, "Other@example.org", "another long password", "phone", code)
    assert store.setting("refresh_token") == mine and Device.select().count() == 2
    assert other[1].call("GET", "/v1/account").json()["email"] == "other@example.org"
    assert server.call("GET", "/v1/account").json()["email"] == "me@example.org"


def test_the_same_email_under_another_account_leaves_no_token_of_it_behind(phone, device):
    store, server, _ = phone
    Account.delete().execute()  # and made anew by somebody else, on another device
    device("other")[1].sign_in("register", "me@example.org", PASSWORD, "other")
    with pytest.raises(ServerError, match="another account"):
        server.sign_in("login", "me@example.org", PASSWORD, "phone")
    assert [row.name for row in Device.select()] == ["other"]


def test_a_sign_in_that_was_cut_off_is_the_same_attempt_when_it_is_tried_again(device):
    store, server, wire = device("phone")
    answered, lost = wire.request, []

    def lose_all(method, url, **options):
        lost.append(answered(method, url, **options))
        raise requests.ConnectionError("the answer was lost")

    wire.request = lose_all
    with pytest.raises(ServerError, match="nothing is lost"):
        server.sign_in("register", "me@example.org", PASSWORD, "phone")
    wire.request = answered
    again = Server("https://server", store)  # the app was killed meanwhile
    again.session = wire
    code = again.sign_in("register", "me@example.org", PASSWORD, "phone")
    assert {answer.json()["recovery_code"] for answer in lost} == {code} and len(lost) == 4
    assert Account.select().count() == 1 and store.setting("attempt") is None


def test_a_device_that_has_an_account_makes_no_second_one_that_it_cannot_use(phone):
    with pytest.raises(ServerError, match="another account"):
        phone[1].sign_in("register", "second@example.org", PASSWORD, "phone")
    assert [account.email for account in Account.select()] == ["me@example.org"]


def test_a_history_survives_a_lost_phone_and_a_forgotten_password(device):
    lost, found = device("lost"), device("found")
    code = lost[1].sign_in("register", "me@example.org", PASSWORD, "lost", consents={"sync": 1})
    lost[0].add(score())
    sync(*lost[:2])
    next_code = found[1].sign_in("recover", "me@example.org", "another long password", "found", code)
    assert sync(*found[:2]).complete and found[0].live() == lost[0].live() != []
    assert next_code and next_code != code
    with pytest.raises(ServerError):
        sync(*lost[:2])
    assert lost[0].setting("refresh_token") is None and lost[0].live()


def test_a_page_of_another_site_is_no_answer(phone, monkeypatch):
    store, server, wire = phone

    portal = response(200, b"<html>Welcome to our Wi-Fi", {"Content-Type": "text/html"})
    monkeypatch.setattr(wire, "request", lambda *_, **__: portal)
    with pytest.raises(ServerError, match="is no SkinScore server"):
        sync(store, server)


def test_a_schema_fault_is_named(device):
    _, server, _ = device("phone")
    with pytest.raises(ServerError, match="password"):
        server.sign_in("register", "me@example.org", "short", "phone")


def test_the_history_can_be_read_by_its_owner_only(phone):
    store = phone[0]
    assert store.path.parent.stat().st_mode & 0o077 == 0


def test_a_full_pull_cut_in_the_middle_is_taken_up_again(phone):
    store, server, wire = phone
    for _ in range(3):
        store.add(score())
    sync(store, server)
    Record.delete().execute()
    SyncHead.update(epoch="restored", seq=0, count=0, xor="0" * 16).execute()
    asked = wire.request

    def cut_at_push(method, url, **options):
        if method == "POST" and url.endswith("/v1/sync") and options.get("json", {}).get("records"):
            raise requests.ConnectionError("cut")
        return asked(method, url, **options)

    wire.request = cut_at_push
    with pytest.raises(ServerError):
        sync(store, server)
    wire.request = asked
    assert sync(store, server).complete and json.loads(Record.select().first().body)["kind"] == "score"
