"""What a push answers for each record and each delete, and that nothing is lost."""

import pytest

from api import filing
from api.database import database
from api.tables import Record, SyncHead
from tests.api.helpers import score, uuid7
from tests.api.syncing import pull, push, verdicts

pytestmark = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)


def test_a_new_record_is_created_and_pulled_back_unchanged(owner):
    record = score(1)
    assert verdicts(push(owner, [record])) == ["created"]
    assert pull(owner).json["records"] == [{"seq": 1, "record": record}]


def test_pushing_the_same_record_again_is_a_duplicate_with_its_old_seq(owner):
    first = push(owner, [score(1)])
    again = push(owner, [score(1)])
    assert verdicts(again) == ["duplicate"]
    assert again["results"][0]["seq"] == first["results"][0]["seq"]


def test_another_body_under_a_known_id_is_a_conflict_that_returns_the_servers_copy(owner):
    push(owner, [score(1)])
    answer = push(owner, [score(1, part=3)])
    assert verdicts(answer) == ["conflict"]
    assert answer["results"][0]["record"] == score(1)


def test_one_bad_record_never_blocks_the_rest(owner):
    answer = push(owner, [score(1), score(2, part=9), "text", score(3)], ["no id", uuid7(9)])
    assert verdicts(answer) == ["created", "invalid", "invalid", "created", "invalid", "deleted"]
    assert answer["results"][1]["problem"]["errors"][0]["pointer"] == "/part"


def test_a_record_sent_twice_in_one_push_is_filed_once(owner):
    answer = push(owner, [score(1), score(1), score(1, part=3)])
    assert verdicts(answer) == ["created", "duplicate", "conflict"]
    assert answer["results"][2]["record"] == score(1) and answer["head"]["count"] == 1


def test_a_tombstone_wins_for_ever(owner):
    push(owner, [score(1)])
    push(owner, deletes=[uuid7(1)])
    assert verdicts(push(owner, [score(1)])) == ["deleted"]
    assert pull(owner).json["records"] == []


def test_deleting_an_unknown_id_lays_a_tombstone(owner):
    assert verdicts(push(owner, deletes=[uuid7(7)])) == ["deleted"]
    assert verdicts(push(owner, [score(7)])) == ["deleted"]


def test_deleting_twice_changes_nothing(owner):
    push(owner, [score(1), score(2)])
    once = push(owner, deletes=[uuid7(1)])
    assert push(owner, deletes=[uuid7(1)]) == once
    assert once["head"]["count"] == 1 and once["head"]["seq"] == 3


def test_a_record_deleted_in_its_own_push_is_a_tombstone(owner):
    push(owner, [score(1)], [uuid7(1)])
    page = pull(owner).json
    assert page["records"] == [] and page["tombstones"] == [{"seq": 2, "id": uuid7(1)}]
    assert page["head"] == {"seq": 2, "count": 0, "xor": "0" * 16}


def test_a_body_is_gone_from_the_table_once_deleted(owner):
    push(owner, [score(1, app="a telling marker")])
    push(owner, deletes=[uuid7(1)])
    rows = database.execute_sql("SELECT body FROM record").fetchall()
    assert rows == [("",)]


def test_another_user_sees_nothing_of_mine(owner, other):
    push(owner, [score(1)])
    assert pull(other).json["records"] == []
    assert verdicts(push(other, [score(1, part=2)])) == ["created"]
    assert pull(owner).json["records"][0]["record"]["part"] == 0


def test_sync_needs_consent(sign_up):
    person = sign_up(sync=False)
    for answer in (pull(person), person.ask("POST", "/v1/sync", json={})):
        assert answer.status_code == 403
        assert answer.json["type"].endswith("consent-required")


def test_too_many_items_are_refused_whole(owner):
    answer = owner.ask("POST", "/v1/sync", json={"records": [score(n) for n in range(201)]})
    assert answer.status_code == 413
    assert pull(owner).json["head"]["seq"] == 0


def test_a_full_account_says_what_to_do_and_takes_deletes(owner, monkeypatch):
    monkeypatch.setattr(filing, "QUOTA", 2)
    push(owner, [score(1), score(2)])
    answer = push(owner, [score(1), score(3)], [uuid7(2)])
    assert verdicts(answer) == ["duplicate", "invalid", "deleted"]
    assert answer["results"][1]["problem"]["type"].endswith("quota-exceeded")
    assert "delete some" in answer["results"][1]["problem"]["detail"]
    assert verdicts(push(owner, [score(3)])) == ["created"]


def test_who_creates_and_deletes_for_ever_meets_an_end_and_can_still_delete_and_pull(owner, monkeypatch):
    monkeypatch.setattr(filing, "ROWS", 4)
    for n in (1, 2):
        push(owner, [score(n)], [uuid7(n)])
    push(owner, [score(3)], [uuid7(4)])
    full = push(owner, [score(3), score(1), score(5)], [uuid7(6), uuid7(1), uuid7(3)])
    assert verdicts(full) == ["duplicate", "deleted", "invalid", "invalid", "deleted", "deleted"]
    assert {one["problem"]["type"] for one in full["results"][2:4]} == {"urn:skinscore:problem:quota-exceeded"}
    assert "make a new one" in full["results"][2]["problem"]["detail"]
    assert Record.select().count() == 4 and SyncHead.get().tombstones == 4
    assert len(pull(owner).json["tombstones"]) == 4
