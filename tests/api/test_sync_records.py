"""What a record may be, that it comes back to the letter, and which formats are spoken."""

import json

import pytest

from tests.api.helpers import score, uuid7
from tests.api.syncing import pull, push, verdicts

pytestmark = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)


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


def test_a_character_that_postgresql_cannot_keep_comes_back(owner):
    push(owner, [score(1, app="a\x00b")])
    assert pull(owner).json["records"][0]["record"]["app"] == "a\x00b"


def test_the_moment_comes_back_as_the_exact_string(owner):
    odd = ["2026-05-04T08:30:00.123456789-03:30", "2026-05-04T08:30:00+23:59", "0001-01-01T00:00:00+00:00"]
    moments = ["2026-05-04T08:30:00Z", *odd]
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
        {"captured_at": "2026-05-04T08:30:00+10:75"},
        {"captured_at": "2026-05-04T08:30:00+00:99"},
        {"captured_at": "2026-05-04T08:30:00-24:00"},
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


def test_a_retired_format_is_told_to_update(owner):
    for method, path in (("GET", "/v1/sync"), ("POST", "/v1/sync"), ("GET", "/v1/scores/trend?attribute=oil")):
        options = {"json": {"records": [score(1)]}} if method == "POST" else {}
        answer = owner.ask(method, path, headers={"Skinscore-Format": "0"}, **options)
        assert answer.status_code == 403 and answer.json["type"].endswith("client-too-old")
    assert pull(owner).json["head"]["seq"] == 0


def test_a_format_that_is_no_number_is_a_bad_request(owner):
    assert owner.ask("GET", "/v1/sync", headers={"Skinscore-Format": "new"}).status_code == 400
