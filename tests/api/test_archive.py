"""The export: everything about one account, nothing about another, described by its own schema, sent as it is made."""

import io
import json
import zipfile

import pytest

from api import archive
from api.tables import Account
from tests.api.helpers import score, uuid7

pytestmark = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)

NOTE = {"id": uuid7(50), "kind": "note", "score_id": uuid7(1), "text": "밤에 찍음"}


@pytest.fixture
def exported(owner, other):
    """The files of the owner's export, lines parsed."""
    owner.elsewhere(device_name="my tablet")
    owner.ask("POST", "/v1/sync", json={"records": [score(1), score(2), NOTE], "deletes": [uuid7(9)]})
    other.ask("POST", "/v1/sync", json={"records": [score(3)], "deletes": [uuid7(8)]})
    answer = owner.fresh().ask("GET", "/v1/account/export")
    assert answer.content_type == "application/zip" and answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as held:
        assert held.testzip() is None
        return {name: [json.loads(line) for line in held.read(name).splitlines()] for name in held.namelist()}


def test_scores_and_notes_come_out_as_they_went_in(exported):
    assert [line["record"] for line in exported["scores.ndjson"]] == [score(1), score(2)]
    assert [line["record"] for line in exported["notes.ndjson"]] == [NOTE]


def test_of_deleted_records_the_ids_come_out(exported):
    assert exported["tombstones.ndjson"] == [{"id": uuid7(9)}]


def test_account_device_logins_and_consents_come_out(exported, owner):
    assert exported["account.json"][0]["email"] == owner.email
    assert {line["name"] for line in exported["device_logins.ndjson"]} == {"", "my tablet"}
    assert [(line["purpose"], line["version"]) for line in exported["consents.ndjson"]] == [("sync", 1), ("heatmap", 1)]


def test_nothing_that_opens_an_account_and_nothing_of_another_one_comes_out(exported, other):
    text = json.dumps(exported)
    for secret in ("argon2", 'hash"', "generation", other.email, other.tokens["account_id"], uuid7(3), uuid7(8)):
        assert secret not in text


def test_every_file_fits_the_schema_inside(exported):
    (schemas,) = exported.pop("schema.json")
    assert set(schemas) == set(exported)
    for name, lines in exported.items():
        assert lines, name
        for line in lines:
            archive.SCHEMAS[name].model_validate_json(json.dumps(line))
            assert set(line) == set(schemas[name]["properties"]), name


def test_the_archive_is_sent_while_the_rows_are_read(owner):
    owner.ask("POST", "/v1/sync", json={"records": [score(1)]})
    pieces = archive.stream(Account.get())
    first = next(pieces)
    owner.ask("POST", "/v1/sync", json={"records": [score(2)]})
    with zipfile.ZipFile(io.BytesIO(first + b"".join(pieces))) as held:
        assert held.read("scores.ndjson").count(b"\n") == 2


def test_no_piece_is_empty_which_would_end_a_chunked_answer(owner):
    assert all(archive.stream(Account.get()))


def test_pages_join_without_a_gap(owner, monkeypatch):
    monkeypatch.setattr(archive, "PAGE", 2)
    owner.ask("POST", "/v1/sync", json={"records": [score(n) for n in range(5)], "deletes": [uuid7(99)]})
    with zipfile.ZipFile(io.BytesIO(b"".join(archive.stream(Account.get())))) as held:
        assert held.read("scores.ndjson").count(b"\n") == 5
        assert held.read("tombstones.ndjson").count(b"\n") == 1
