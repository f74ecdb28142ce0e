"""The client's half of sync, against the real API: lost answers, two devices, deletes, a wiped server, refusals."""

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from api import filing
from api.database import database
from api.records import UUID7
from api.tables import Record, SyncHead
from sample_clients.python import records
from sample_clients.python.http import ServerError
from sample_clients.python.store import Store
from sample_clients.python.sync import sync
from tests.client.helpers import score

pytestmark = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def two(device):
    phone, tablet = device("phone"), device("tablet")
    phone[1].sign_in("register", "me@example.org", "a long password", "phone", consents={"sync": 1})
    tablet[1].sign_in("login", "me@example.org", "a long password", "tablet")
    return phone, tablet


def same(*devices) -> bool:
    return len({records.fold(store.live()) for store, _, _ in devices}) == 1


def test_what_one_device_pushes_the_other_pulls_unchanged(two):
    phone, tablet = two
    made = [score() for _ in range(5)]
    for record in made:
        phone[0].add(record)
    assert sync(*phone[:2]).complete and sync(*tablet[:2]).complete
    assert sorted(r["id"] for r in tablet[0].live()) == sorted(r["id"] for r in made)
    assert same(phone, tablet)


def test_a_lost_answer_pushes_nothing_twice(two):
    phone, _ = two
    phone[0].add(score())
    sync(*phone[:2])
    phone[0].add(score())
    phone[2].lose_next = True
    assert sync(*phone[:2]).complete
    assert Record.select().count() == 2 and phone[0].unsent_count() == 0


def test_offline_work_waits_and_nothing_is_lost(two):
    phone, _ = two
    phone[0].add(score())
    phone[2].cut = True
    with pytest.raises(ServerError, match="nothing is lost"):
        sync(*phone[:2])
    assert phone[0].unsent_count() == 1
    phone[2].cut = False
    assert sync(*phone[:2]).pushed == 1


def test_a_delete_reaches_the_other_device_and_is_not_undone_by_it(two):
    phone, tablet = two
    record = score()
    phone[0].add(record)
    sync(*phone[:2])
    sync(*tablet[:2])
    tablet[0].delete(record["id"])
    sync(*tablet[:2])
    phone[0].add(records.note_record(record["id"], "still here?"))
    sync(*phone[:2])
    assert phone[0].get(record["id"]) is None and same(phone, tablet) is False
    assert sync(*tablet[:2]).complete and same(phone, tablet)


def test_after_a_wipe_the_devices_bring_everything_back_but_the_deleted(two):
    phone, tablet = two
    kept, gone = score(), score()
    for record in (kept, gone):
        phone[0].add(record)
    sync(*phone[:2])
    sync(*tablet[:2])
    phone[0].delete(gone["id"])
    sync(*phone[:2])
    Record.delete().execute()
    SyncHead.update(epoch="restored", seq=0, count=0, xor="0" * 16).execute()
    assert sync(*phone[:2]).complete and sync(*tablet[:2]).complete
    assert [r["id"] for r in tablet[0].live()] == [kept["id"]] and same(phone, tablet)


def test_a_silent_loss_on_the_server_is_seen_at_the_next_change_and_mended(two):
    phone, _ = two
    for _ in range(3):
        phone[0].add(score())
    sync(*phone[:2])
    lost = phone[0].live()[1]
    Record.delete().where(Record.id == lost["id"]).execute()
    SyncHead.update(count=2, xor=records.fold([r for r in phone[0].live() if r != lost])).execute()
    phone[0].add(score())
    assert sync(*phone[:2]).complete
    assert Record.select().count() == 4


def test_a_refused_record_is_parked_and_blocks_nobody(two):
    phone, _ = two
    bad = score(part=9)
    for record in (bad, score()):
        phone[0].add(record)
    outcome = sync(*phone[:2])
    assert outcome.complete and outcome.refused == 1
    assert phone[0].get(bad["id"]) == bad and phone[0].parked()[0][0] == bad["id"]


def test_a_conflict_keeps_both_copies(two):
    phone, tablet = two
    record = score()
    phone[0].add(record)
    sync(*phone[:2])
    tablet[0].add(record | {"part": 3})
    assert sync(*tablet[:2]).complete and sync(*phone[:2]).complete
    assert sorted(r["part"] for r in phone[0].live()) == [0, 3] and same(phone, tablet)


def test_an_expired_access_token_is_renewed_in_passing(two):
    phone, _ = two
    phone[1]._access = "stale"
    assert sync(*phone[:2]).complete


def test_a_lost_refresh_answer_does_not_sign_out(two):
    phone, _ = two
    phone[1]._access, phone[2].lose_next = None, True
    assert sync(*phone[:2]).complete


def test_an_ended_login_keeps_the_history(two):
    phone, _ = two
    phone[0].add(score())
    phone[1].call("POST", "/v1/auth/logout")
    phone[1]._access = None
    with pytest.raises(ServerError):
        sync(*phone[:2])
    assert len(phone[0].live()) == 1 and phone[0].setting("refresh_token") is None


def test_a_crash_between_page_and_cursor_writes_neither(two, monkeypatch):
    phone, tablet = two
    phone[0].add(score())
    sync(*phone[:2])

    def crash(name, value):
        raise KeyboardInterrupt

    with monkeypatch.context() as crashing:
        crashing.setattr(tablet[0], "set", crash)
        page = {"records": [{"seq": 1, "record": score()}], "tombstones": [], "next_cursor": "c"}
        with pytest.raises(KeyboardInterrupt):
            tablet[0].apply_page(page)
    assert tablet[0].live() == [] and tablet[0].setting("cursor") is None


def note(record, text):
    return records.note_record(record["id"], text)


def test_the_note_with_the_highest_seq_shows_and_not_the_one_made_last(two):
    phone, tablet = two
    record = score()
    phone[0].add(record)
    sync(*phone[:2])
    first, second = note(record, "made first, sent last"), note(record, "made last, sent first")
    phone[0].add(first)
    tablet[0].add(second)
    for device in (tablet, phone, tablet):
        sync(*device[:2])
    assert phone[0].notes() == tablet[0].notes() == {record["id"]: "made first, sent last"}


def test_a_note_still_unsent_shows_above_what_the_server_has(two):
    phone, tablet = two
    record = score()
    tablet[0].add(record)
    tablet[0].add(note(record, "the server's"))
    sync(*tablet[:2])
    early = note(record, "written here") | {"id": "01900000-0000-7000-8000-000000000000"}
    phone[0].add(early)
    phone[2].cut = True
    with pytest.raises(ServerError):
        sync(*phone[:2])
    phone[0].apply_page({"records": [{"seq": 2, "record": n} for n in tablet[0].live() if n["kind"] == "note"],
                         "tombstones": [], "next_cursor": None, "head": {}})  # fmt: skip
    assert phone[0].notes() == {record["id"]: "written here"}


def test_nothing_new_is_answered_without_a_body(two):
    phone, _ = two
    phone[0].add(score())
    sync(*phone[:2])
    seen = []
    asked = phone[2].request
    phone[2].request = lambda *a, **k: seen.append(asked(*a, **k)) or seen[-1]
    assert sync(*phone[:2]).complete
    assert [(answer.status_code, answer.content) for answer in seen] == [(304, b"")]


def test_what_did_not_fit_is_sent_again_once_there_is_room(two, monkeypatch):
    monkeypatch.setattr(filing, "QUOTA", 1)
    phone, _ = two
    first, second = score(), score()
    phone[0].add(first)
    sync(*phone[:2])
    phone[0].add(second)
    assert sync(*phone[:2]).refused == 1 and phone[0].get(second["id"]) == second
    phone[0].delete(first["id"])
    sync(*phone[:2])
    assert sync(*phone[:2]).pushed == 1 and phone[0].parked() == []


def test_a_retired_app_keeps_what_it_holds_and_says_to_update(two, monkeypatch):
    phone, _ = two
    phone[0].add(score())
    with monkeypatch.context() as later:
        later.setattr("api.records.OLDEST_FORMAT", 2)
        with pytest.raises(ServerError, match="update the app"):
            sync(*phone[:2])
        assert phone[0].unsent_count() == 1
    assert sync(*phone[:2]).pushed == 1


def test_a_record_that_waits_is_not_overwritten_by_another_of_its_id(two):
    phone, tablet = two
    record = score()
    tablet[0].add(record)
    sync(*tablet[:2])
    phone[0].add(record | {"part": 3})
    phone[0].apply_page({"records": [{"seq": 1, "record": record}], "tombstones": [], "next_cursor": None})
    assert sorted(r["part"] for r in phone[0].live()) == [0, 3]
    assert sync(*phone[:2]).complete and sync(*tablet[:2]).complete and same(phone, tablet)


def test_two_devices_give_the_same_copy_the_same_second_id(two):
    phone, tablet = two
    mine = score(part=1)
    theirs = mine | {"part": 2}
    for store, _, _ in two:  # both hold one body, and a restored server comes back with another under its id
        store.add(mine)
        store.apply_page({"records": [{"seq": 1, "record": theirs}], "tombstones": [], "next_cursor": None})
    assert phone[0].live() == tablet[0].live() and sorted(r["part"] for r in phone[0].live()) == [1, 2]
    assert all(UUID7.fullmatch(record["id"]) for record in phone[0].live())


def test_many_threads_refresh_once(two):
    server, wire = two[0][1], two[0][2]
    server._access, asked, seen, one = "stale", wire.request, [], threading.Lock()

    def slow(method, url, **options):
        seen.append(url)
        with one:  # Flask's test client takes one request at a time
            return asked(method, url, **options)

    wire.request = slow

    def look(_: int) -> int:
        try:
            return server.call("GET", "/v1/account").status_code
        finally:
            database.close()

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(look, range(8))) == [200] * 8
    assert sum(url.endswith("/refresh") for url in seen) == 1


def test_a_history_of_before_seq_is_taken_over(two, tmp_path):
    old = tmp_path / "old"
    old.mkdir()
    with closing(sqlite3.connect(old / "history.db")) as db:
        db.execute("CREATE TABLE record (id TEXT PRIMARY KEY, body TEXT)")
        db.execute("INSERT INTO record VALUES (?, ?)", ("a", '{"id": "a"}'))
        db.commit()
    with closing(Store(old)) as store:
        assert store.live() == [{"id": "a"}]
        Store(old).close()  # a second time changes nothing
