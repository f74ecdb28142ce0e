"""The sync contract: verdicts, tombstones, cursors, order, and that nothing is lost."""

import hashlib
import json
import threading
import time

import pytest

from api import filing
from api.database import database
from api.tables import Record, SyncHead
from tests.api.helpers import score, uuid7

pytestmark = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)


def push(person, records=(), deletes=()):
    answer = person.ask("POST", "/v1/sync", json={"records": list(records), "deletes": list(deletes)})
    assert answer.status_code == 200, answer.text
    return answer.json


def pull(person, cursor=None, limit=200):
    query = f"?limit={limit}" + (f"&cursor={cursor}" if cursor else "")
    return person.ask("GET", f"/v1/sync{query}")


def verdicts(answer):
    return [result["verdict"] for result in answer["results"]]


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


def test_pull_includes_deleted_scores(owner):
    push(owner, [score(1), score(2)])
    cursor = pull(owner).json["next_cursor"]
    push(owner, deletes=[uuid7(1)])
    page = pull(owner, cursor).json
    assert [item["id"] for item in page["tombstones"]] == [uuid7(1)]
    assert page["records"] == []


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


def test_a_body_is_gone_from_the_table_once_deleted(owner):
    push(owner, [score(1, app="a telling marker")])
    push(owner, deletes=[uuid7(1)])
    rows = database.execute_sql("SELECT body FROM record").fetchall()
    assert rows == [("",)]


def test_the_cursor_is_exclusive_and_pages_by_limit(owner):
    push(owner, [score(n) for n in range(1, 8)])
    seen, cursor, pages = [], None, 0
    while True:
        page = pull(owner, cursor, limit=3).json
        seen += [item["record"]["id"] for item in page["records"]]
        cursor, pages = page["next_cursor"], pages + 1
        if not page["has_more"]:
            break
    assert seen == [uuid7(n) for n in range(1, 8)]
    assert pages == 3
    assert pull(owner, cursor).json["records"] == []


def test_head_counts_and_folds_the_live_records(owner):
    push(owner, [score(n) for n in range(1, 6)], [uuid7(2)])
    page = pull(owner).json
    folded = 0
    for item in page["records"]:
        text = json.dumps(item["record"], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        folded ^= int(hashlib.sha256(text.encode()).hexdigest()[:16], 16)
    assert page["head"] == {"seq": 6, "count": 4, "xor": f"{folded:016x}"}


def test_a_cursor_of_another_epoch_is_gone(owner):
    push(owner, [score(1)])
    cursor = pull(owner).json["next_cursor"]
    SyncHead.update(epoch="restored").execute()
    answer = pull(owner, cursor)
    assert answer.status_code == 410
    assert answer.json["type"].endswith("cursor-expired")


def test_a_cursor_beyond_the_head_is_gone(owner):
    push(owner, [score(1)])
    cursor = pull(owner).json["next_cursor"]
    SyncHead.update(seq=0).execute()
    assert pull(owner, cursor).status_code == 410


@pytest.mark.parametrize("cursor", ["x", "AAAA", "%00", "eyJ2IjoxfQ"])
def test_a_forged_cursor_never_reaches_the_table(owner, cursor):
    assert pull(owner, cursor).status_code in (400, 410)


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


def test_a_note_may_be_empty_and_belongs_to_a_score(owner):
    note = {"id": uuid7(5), "kind": "note", "score_id": uuid7(1), "text": ""}
    assert verdicts(push(owner, [note, note | {"id": uuid7(6), "text": None}])) == ["created", "invalid"]
    assert pull(owner).json["records"] == [{"seq": 1, "record": note}]


@pytest.mark.parametrize(
    "bad", [b'{"id": "\\ud800"}', b'{"id": NaN}', b'{"\\ud800": 1}', b'{"id": [[]], "a/b~c": 1}', b"1e999"]
)
def test_a_record_that_no_client_should_write_never_blocks_the_rest(owner, bad):
    body = b'{"records": [' + bad + b", " + json.dumps(score(1)).encode() + b'], "deletes": [' + bad + b"]}"
    answer = owner.ask("POST", "/v1/sync", data=body, content_type="application/json")
    assert verdicts(answer.json) == ["invalid", "created", "invalid"]
    assert "NaN" not in answer.text


def test_a_record_with_half_a_character_is_invalid(owner):
    body = json.dumps({"records": [score(1, app="\ud800")]}).encode()
    answer = owner.ask("POST", "/v1/sync", data=body, content_type="application/json")
    assert verdicts(answer.json) == ["invalid"]


def test_the_moment_comes_back_as_the_exact_string(owner):
    moments = ["2026-05-04T08:30:00Z", "2026-05-04T08:30:00.123456789-03:30", "0001-01-01T00:00:00+00:00"]
    push(owner, [score(n, captured_at=moment) for n, moment in enumerate(moments, 1)])
    assert [item["record"]["captured_at"] for item in pull(owner).json["records"]] == moments


def test_unknown_attributes_are_stored(owner):
    record = score(1)
    record["attributes"]["pores"] = record["attributes"]["oil"]
    assert verdicts(push(owner, [record])) == ["created"]


@pytest.mark.parametrize(
    "change",
    [
        {"extra": 1},
        {"captured_at": "2026-05-04T08:30:00"},
        {"captured_at": "yesterday"},
        {"captured_at": "2026-W01-1T08:30:00+09:00"},
        {"captured_at": "20260504T083000Z"},
        {"captured_at": "2026-05-04T08:30+09:00"},
        {"captured_at": "2026-02-30T08:30:00+09:00"},
        {"captured_at": "2026-05-04 08:30:00+09:00"},
        {"id": "0190a000-0000-4000-8000-000000000001"},
        {"part": True},
        {"part": 1.0},
        {"attributes": {}},
        {
            "attributes": {
                "oil": {"grade": 5, "balanced": 0, "expected_milli": 0, "probabilities_e4": [10000, 0, 0, 0, 0]}
            }
        },
        {"attributes": {"oil": {"grade": 1, "balanced": 0, "expected_milli": 0, "probabilities_e4": [1, 0, 0, 0, 0]}}},
        {"file_sha256": "short"},
    ],
)
def test_a_malformed_score_is_invalid(owner, change):
    assert verdicts(push(owner, [score(1, **change)])) == ["invalid"]


def test_too_many_items_are_refused_whole(owner):
    answer = owner.ask("POST", "/v1/sync", json={"records": [score(n) for n in range(201)]})
    assert answer.status_code == 413
    assert pull(owner).json["head"]["seq"] == 0


def test_a_polling_reader_misses_nothing_while_four_writers_push(app, owner):
    acknowledged, seen, done = set(), set(), threading.Event()
    header = {"Authorization": f"Bearer {owner.tokens['access_token']}"}

    def write(start: int) -> None:
        with app.test_client() as client:
            for first in range(start, start + 60, 3):
                batch = [score(n) for n in range(first, first + 3)]
                answer = client.post("/v1/sync", json={"records": batch}, headers=header)
                acknowledged.update(r["id"] for r in answer.json["results"] if r["verdict"] == "created")
        database.close()

    def read() -> None:
        cursor, last_look = "", False
        with app.test_client() as client:
            while not last_look:
                last_look = done.is_set()
                page = client.get(f"/v1/sync?limit=500&cursor={cursor}" if cursor else "/v1/sync", headers=header).json
                seen.update(item["record"]["id"] for item in page["records"])
                cursor, last_look = page["next_cursor"], last_look and not page["has_more"]
                time.sleep(0.002)
        database.close()

    writers = [threading.Thread(target=write, args=(1000 * n,)) for n in range(1, 5)]
    reader = threading.Thread(target=read)
    for thread in (reader, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    reader.join()
    assert len(acknowledged) == 240
    assert seen == acknowledged


def etag_of(person, **headers):
    return person.ask("GET", "/v1/sync?limit=2", headers=headers)


def test_a_client_that_has_everything_is_told_304(owner):
    push(owner, [score(1)])
    etag = etag_of(owner).headers["ETag"]
    again = etag_of(owner, **{"If-None-Match": etag})
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", etag)
    assert again.headers["Cache-Control"] == "private, no-store"


def test_anything_new_ends_the_304(owner):
    push(owner, [score(1)])
    etag = etag_of(owner).headers["ETag"]
    push(owner, deletes=[uuid7(1)])
    assert etag_of(owner, **{"If-None-Match": etag}).status_code == 200


def test_a_page_that_is_not_the_last_never_earns_a_304(owner):
    push(owner, [score(n) for n in range(1, 4)])
    first = etag_of(owner)
    assert first.json["has_more"] and etag_of(owner, **{"If-None-Match": first.headers["ETag"]}).status_code == 200


def test_a_304_needs_a_token_and_a_history_of_this_epoch(owner, guest):
    etag = etag_of(owner).headers["ETag"]
    assert etag_of(guest, **{"If-None-Match": etag}).status_code == 401
    SyncHead.update(epoch="restored").execute()
    assert etag_of(owner, **{"If-None-Match": etag}).status_code == 200


def test_a_star_is_no_proof_of_having_everything(owner):
    assert etag_of(owner, **{"If-None-Match": "*"}).status_code == 200


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


def test_a_retired_format_is_told_to_update(owner):
    for method, path in (("GET", "/v1/sync"), ("POST", "/v1/sync"), ("GET", "/v1/scores/trend?attribute=oil")):
        options = {"json": {"records": [score(1)]}} if method == "POST" else {}
        answer = owner.ask(method, path, headers={"Skinscore-Format": "0"}, **options)
        assert answer.status_code == 403 and answer.json["type"].endswith("client-too-old")
    assert pull(owner).json["head"]["seq"] == 0


def test_a_format_that_is_no_number_is_a_bad_request(owner):
    assert owner.ask("GET", "/v1/sync", headers={"Skinscore-Format": "new"}).status_code == 400


def test_a_record_sent_twice_in_one_push_is_filed_once(owner):
    answer = push(owner, [score(1), score(1), score(1, part=3)])
    assert verdicts(answer) == ["created", "duplicate", "conflict"]
    assert answer["results"][2]["record"] == score(1) and answer["head"]["count"] == 1


def test_a_record_deleted_in_its_own_push_is_a_tombstone(owner):
    push(owner, [score(1)], [uuid7(1)])
    page = pull(owner).json
    assert page["records"] == [] and page["tombstones"] == [{"seq": 2, "id": uuid7(1)}]
    assert page["head"] == {"seq": 2, "count": 0, "xor": "0" * 16}


def test_a_character_that_postgresql_cannot_keep_comes_back(owner):
    push(owner, [score(1, app="a\x00b")])
    assert pull(owner).json["records"][0]["record"]["app"] == "a\x00b"
