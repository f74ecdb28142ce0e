"""Two devices of one person end up with one history, against the real API."""

import pytest

from api.records import UUID7
from sample_clients.python import records
from sample_clients.python.http import ServerError
from sample_clients.python.sync import sync
from tests.client.helpers import same, score

pytestmark = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)


def test_what_one_device_pushes_the_other_pulls_unchanged(two):
    phone, tablet = two
    made = [score() for _ in range(5)]
    for record in made:
        phone[0].add(record)
    assert sync(*phone[:2]).complete and sync(*tablet[:2]).complete
    assert sorted(r["id"] for r in tablet[0].live()) == sorted(r["id"] for r in made)
    assert same(phone, tablet)


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


def test_a_conflict_keeps_both_copies(two):
    phone, tablet = two
    record = score()
    phone[0].add(record)
    sync(*phone[:2])
    tablet[0].add(record | {"part": 3})
    assert sync(*tablet[:2]).complete and sync(*phone[:2]).complete
    assert sorted(r["part"] for r in phone[0].live()) == [0, 3] and same(phone, tablet)


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
    assert [(answer.status_code, answer.raw.getvalue()) for answer in seen] == [(304, b"")]
