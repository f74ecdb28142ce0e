"""Nothing is lost to a lost answer, a cut wire, a crash, a wiped server or a refusal."""

import sqlite3
from contextlib import closing

import pytest

from api import filing
from api.tables import Record, SyncHead
from sample_clients.python import records
from sample_clients.python.http import ServerError
from sample_clients.python.store import Store
from sample_clients.python.sync import sync
from tests.client.helpers import same, score

pytestmark = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)


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


def test_a_refused_record_that_is_deleted_is_refused_no_longer(two):
    store, server, _ = two[0]
    store.add(bad := score(part=9))
    sync(store, server)
    store.delete(bad["id"])
    assert store.parked() == [] and sync(store, server).complete


def test_a_refused_record_that_came_through_from_elsewhere_counts_again(two):
    phone, tablet = two
    record = score()
    phone[0].add(record)
    refusal = {"id": record["id"], "verdict": "invalid", "problem": {}}
    with phone[0].transaction():
        phone[0].settle(refusal, deleting=False)  # by an older server, which another device's copy met later
    tablet[0].add(record)
    sync(*tablet[:2])
    assert sync(*phone[:2]).complete and phone[0].parked() == []


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
