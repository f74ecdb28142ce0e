"""Errors: one shape, a stable type, never a trace; and accounts that are refused."""

import pytest
from peewee import OperationalError

from api import records
from tests.api.helpers import score

NESTED = b'{"email":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
HALF = b'{"email": "new@example.org", "password": "\\ud800 long enough"}'
BODY = {"email": "new@example.org", "password": "long enough"}
NO_UNICODE = '{"email": "\\ud800@example.org", "password": "long enough", "recovery_code": "x"}'


@pytest.mark.parametrize(
    ("method", "path", "options", "status", "slug"),
    [
        ("GET", "/nothing", {}, 404, "not-found"),
        ("PUT", "/healthz", {}, 405, "method-not-allowed"),
        ("POST", "/v1/auth/login", {"data": "x"}, 415, "unsupported-media-type"),
        ("POST", "/v1/auth/login", {"data": "{", "content_type": "application/json"}, 400, "bad-request"),
        ("POST", "/v1/auth/login", {"json": "text"}, 400, "bad-request"),
        ("POST", "/v1/auth/login", {"json": {}}, 422, "invalid"),
        ("POST", "/v1/auth/register", {"json": BODY | {"password": "short"}}, 422, "invalid"),
        ("POST", "/v1/auth/register", {"json": BODY | {"email": "nobody"}}, 422, "invalid"),
        ("POST", "/v1/auth/register", {"json": BODY | {"admin": True}}, 422, "invalid"),
        ("POST", "/v1/auth/login", {"json": BODY}, 401, "bad-credentials"),
        ("POST", "/v1/auth/login", {"json": BODY | {"device_name": "x" * (2 << 20)}}, 413, "too-large"),
        ("POST", "/v1/auth/login", {"data": NESTED, "content_type": "application/json"}, 400, "bad-request"),
        ("POST", "/v1/auth/register", {"data": HALF, "content_type": "application/json"}, 422, "invalid"),
        ("GET", "/v1/models/files/" + "0" * 64, {}, 404, "not-found"),
        ("GET", "/v1/models/files/zz", {}, 422, "invalid"),
        ("GET", "/v1/models/channel", {}, 404, "no-channel"),
        ("GET", "/assets/../config.py", {}, 404, "not-found"),
    ],
)
def test_an_error_is_a_problem_document(guest, method, path, options, status, slug):
    answer = guest.ask(method, path, **options)
    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    assert answer.json["type"] == f"urn:skinscore:problem:{slug}"
    assert {"title", "status", "instance", "request_id"} <= set(answer.json)


@pytest.mark.parametrize("how", ["register", "login", "recover"])
def test_an_address_that_is_no_unicode_is_refused_like_any_other(guest, how):
    body = NO_UNICODE if how == "recover" else NO_UNICODE.replace(', "recovery_code": "x"', "")
    answer = guest.ask("POST", f"/v1/auth/{how}", data=body, content_type="application/json")
    assert answer.status_code == 422 and [fault["pointer"] for fault in answer.json["errors"]] == ["/email"]


@pytest.mark.parametrize("depth", range(800, 1000, 20))
def test_an_address_that_is_nested_deeply_is_refused(owner, depth):
    body = b'{"password": "x", "email": ' + b"[" * depth + b"]" * depth + b"}"
    answer = owner.ask("POST", "/v1/auth/reauth", data=body, content_type="application/json")
    assert answer.status_code in (400, 422)


def test_a_fault_of_ours_is_a_500_without_its_cause(owner, monkeypatch):
    monkeypatch.setattr(records, "check", lambda record: 1 / 0)
    answer = owner.ask("POST", "/v1/sync", json={"records": [score(1)]})
    assert answer.status_code == 500
    assert "ZeroDivision" not in answer.text and "division" not in answer.text


def test_a_method_that_is_not_allowed_names_those_that_are(guest):
    assert "GET" in guest.ask("PUT", "/healthz").headers["Allow"]


def test_a_pointer_is_escaped(owner):
    fault = owner.ask("POST", "/v1/sync", json={"records": [score(1, **{"a/b~c": 1})]}).json["results"][0]
    assert fault["problem"]["errors"][0]["pointer"] == "/a~1b~0c"


def test_a_database_in_trouble_is_503_and_worth_another_try(owner, monkeypatch):
    def locked(*_):
        raise OperationalError("database is locked")

    with monkeypatch.context() as broken:
        broken.setattr(records, "fold", locked)
        answer = owner.ask("POST", "/v1/sync", json={"records": [score(1)]})
    assert answer.status_code == 503 and answer.headers["Retry-After"] and "locked" not in answer.text
    assert owner.ask("POST", "/v1/sync", json={"records": [score(1)]}).json["results"][0]["verdict"] == "created"


def test_a_failed_push_leaves_nothing_behind(owner, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr(records, "fold", lambda *_: 1 / 0)
        assert owner.ask("POST", "/v1/sync", json={"records": [score(1)]}).status_code == 500
    assert owner.ask("GET", "/v1/sync").json["head"] == {"seq": 0, "count": 0, "xor": "0" * 16}


def test_an_email_is_taken_whatever_its_case(owner, guest):
    answer = guest.ask("POST", "/v1/auth/register", json=BODY | {"email": owner.email.upper()})
    assert answer.status_code == 409


def test_unknown_account_and_wrong_password_answer_alike(owner, guest):
    wrong = guest.ask("POST", "/v1/auth/login", json={"email": owner.email, "password": "not the password"})
    unknown = guest.ask("POST", "/v1/auth/login", json={"email": "who@example.org", "password": "not the password"})
    assert {k: v for k, v in wrong.json.items() if k != "request_id"} == {
        k: v for k, v in unknown.json.items() if k != "request_id"
    }
