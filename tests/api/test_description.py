"""Whoever has only /openapi.json can write a record, push it, and send and read the headers that count."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode

from tests.api.description import DOCUMENT, described_by
from tests.api.helpers import score, uuid7
from tests.api.syncing import push, verdicts

GOLDEN = Path(__file__).parents[2] / "sample_clients" / "golden" / "conversations"
QUICKLY = settings(
    max_examples=30,
    derandomize=True,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],  # a record takes minutes to shrink
)
NOTE = {"id": uuid7(2), "kind": "note", "score_id": uuid7(1), "text": "new cream"}
PUSHING = schemathesis.openapi.from_dict(DOCUMENT)["/v1/sync"]["POST"]
HEADERS = {
    "If-None-Match": {
        "GET /v1/sync",
        "GET /v1/models/channel",
        "GET /v1/models/channel/signature",
        "GET /v1/models/bundles/{sha256}",
        "GET /v1/models/bundles/{sha256}/signature",
        "GET /v1/models/files/{sha256}",
    },
    "Skinscore-Format": {"GET /v1/sync", "POST /v1/sync", "GET /v1/scores/trend"},
}


@pytest.fixture(scope="module")
def fits():
    """Whether a push of one record is as the document says."""
    pushes = described_by({"$ref": "#/components/schemas/PushBody"})
    return lambda record: pushes.is_valid({"records": [record]})


def golden_records() -> list[dict[str, Any]]:
    steps = [step for path in GOLDEN.glob("*.json") for step in json.loads(path.read_text("utf-8"))["steps"]]
    return [step["record"] for step in steps if isinstance(step.get("record"), dict)]


def test_golden_records_are_as_the_document_says_unless_the_server_refuses_them(fits, owner):
    found = golden_records()
    assert {record["kind"] for record in found if fits(record)} == {"score", "note"}
    assert [fits(record) for record in found] == [verdict != "invalid" for verdict in verdicts(push(owner, found))]


@pytest.mark.parametrize(
    ("at", "value"),
    [
        (["id"], "0190a000-0000-4000-8000-000000000001"),
        (["id"], "0190A000-0000-7000-8000-000000000001"),
        (["kind"], "photo"),
        (["captured_at"], "2026-05-04T08:30:00"),
        (["captured_at"], "2026-05-04 08:30:00+09:00"),
        (["captured_at"], "2026-02-30T08:30:00+09:00"),
        (["captured_at"], "2026-05-04T08:30:00+10:75"),
        (["part"], 4),
        (["attributes"], {}),
        (["attributes", "Oil!"], score(1)["attributes"]["oil"]),
        (["attributes", "oil"], 3),
        (["attributes", "oil", "grade"], 5),
        (["attributes", "oil", "probabilities_e4"], [10_000]),
        (["model", "sequence"], -1),
        (["file_sha256"], "short"),
        (["extra"], 1),
    ],
)
def test_a_score_that_the_server_refuses_is_not_as_the_document_says(fits, owner, at, value):
    broken = deepcopy(score(1))
    place = broken
    for name in at[:-1]:
        place = place[name]
    place[at[-1]] = value
    assert verdicts(push(owner, [broken])) == ["invalid"]
    assert fits(score(1)) and not fits(broken)


@pytest.mark.parametrize("change", [{"score_id": "1"}, {"text": "x" * 4001}, {"text": None}, {"extra": 1}])
def test_a_note_that_the_server_refuses_is_not_as_the_document_says(fits, owner, change):
    assert verdicts(push(owner, [NOTE | change])) == ["invalid"]
    assert fits(NOTE) and not fits(NOTE | change)


def test_what_no_schema_can_say_is_said_in_words():
    schemas = DOCUMENT["components"]["schemas"]
    assert "without a point" in schemas["Score"]["description"]
    assert "sum to 10,000" in schemas["AttributeScore"]["properties"]["probabilities_e4"]["description"]
    assert "RFC 8785" in schemas["HeadReply"]["properties"]["xor"]["description"]


def as_said_in_words(body: dict[str, Any]) -> dict[str, Any]:
    """The push with what a schema cannot say: numbers have no point, and probabilities their sum."""
    body = json.loads(json.dumps(body), parse_float=lambda number: int(float(number)))
    for record in body.get("records", []):
        for answer in record.get("attributes", {}).values():
            answer["probabilities_e4"] = [10_000, 0, 0, 0, 0]
    return body


def test_what_is_made_up_from_the_document_alone_is_filed(owner):
    filed: set[str] = set()

    @QUICKLY
    @given(PUSHING.as_strategy(generation_mode=GenerationMode.POSITIVE))
    def push_one(case):
        body = as_said_in_words(case.body)
        filed.update(record["kind"] for record in body.get("records", []))
        assert "invalid" not in verdicts(push(owner, body.get("records", []), body.get("deletes", [])))

    push_one()
    assert filed == {"score", "note"}


@pytest.mark.parametrize("name", HEADERS)
def test_a_header_is_declared_wherever_it_counts(name):
    declared = {
        f"{method.upper()} {path}"
        for path, operations in DOCUMENT["paths"].items()
        for method, operation in operations.items()
        if ("header", name) in {(one["in"], one["name"]) for one in operation.get("parameters", [])}
    }
    assert declared == HEADERS[name]


def test_an_answer_declares_its_etag_wherever_one_can_be_sent_back():
    for path in (route.removeprefix("GET ") for route in HEADERS["If-None-Match"]):
        responses = DOCUMENT["paths"][path]["get"]["responses"]
        tagged = {status for status in responses if "ETag" in responses[status].get("headers", {})}
        assert {"200", "304"} <= tagged == {status for status in responses if status < "4"}
