"""What the description says that routes answer is what they answer: no more, no less."""

import pytest
from peewee import OperationalError

from api import beats, jobs, leases, limits, routed
from api.answers import answers as may_answer
from api.database import database
from tests.answers import Answer, Answers, described
from tests.api.helpers import PNG

DESCRIBED = sorted(described(routed()))
EXAMPLES = {"{device_id}": "some", "{job_id}": "some", "{attribute}": "oil", "{sha256}": "0" * 64}
WHO = {"email": "who@example.org", "password": "not the password"}
BODIES = {
    "/v1/auth/reauth": {"password": "not the password"},
    "/v1/auth/recover": WHO | {"recovery_code": "x"},
    "/v1/auth/refresh": {"refresh_token": "x"},
    "/v1/sync": {},
    "/v1/account": {},
}
LONG = "x" * 65
BAD_BODIES = {
    "bad-request": {"data": "{", "content_type": "application/json"},
    "too-large": {"data": b" " * (2 << 20), "content_type": "application/json"},
    "unsupported-media-type": {"data": "x"},
    "invalid": {"json": {"unknown": 1}},
}


def named(slug: str, *without: str):
    """For every operation whose description names a problem."""
    found = [one[:2] for one in DESCRIBED if one.slug == slug and one.path not in without]
    return pytest.mark.parametrize(("method", "path"), found)


def ask(person, method, path, **options):
    """A request that fits its schema."""
    if path == "/v1/heatmaps":
        options = {"data": PNG, "content_type": "image/png"} | options
    elif method in ("POST", "PATCH") and not options:
        options = {"json": BODIES.get(path, WHO)}
    for name, example in EXAMPLES.items():
        path = path.replace(name, example)
    query = {"attribute": "oil"} if path.endswith("trend") else {}
    return person.ask(method, path, query_string=query, **options)


def slug(answer) -> str:
    return answer.json["type"].rpartition(":")[2]


@pytest.mark.last
def test_all_that_is_described_was_seen_in_this_run(whole_suite, answers):
    assert answers.unseen() == []


@pytest.fixture
def fresh(owner):
    return owner.fresh()


@pytest.fixture
def nothing_works(fresh, monkeypatch, model_dir):
    """Neither the database nor a bundle is there."""

    def away(*_, **__):
        raise OperationalError("the connection is closed")

    monkeypatch.setattr(database.obj, "execute_sql", away)
    (model_dir / "bundle.json").unlink()


@named("busy")
def test_what_needs_database_or_bundle_is_503_without_them_and_worth_another_try(fresh, nothing_works, method, path):
    sent = {"json": {"refresh_token": fresh.tokens["refresh_token"]}} if path.endswith("refresh") else {}
    answer = ask(fresh, method, path, **sent)
    assert answer.status_code == 503 and slug(answer) == "busy" and answer.headers["Retry-After"]


@pytest.mark.parametrize("path", ["/healthz", "/openapi.json"])
def test_what_needs_neither_is_served_without_them(guest, nothing_works, path):
    assert guest.ask("GET", path).status_code == 200


def test_models_are_delivered_without_the_database(guest, monkeypatch):
    monkeypatch.setattr(database.obj, "execute_sql", lambda *_, **__: 1 / 0)
    assert guest.ask("GET", "/v1/models/current").status_code == 200


@pytest.mark.parametrize("wrong", BAD_BODIES)
@named("unsupported-media-type", "/v1/heatmaps")
def test_a_bad_body_is_one_problem_that_says_what_is_bad(owner, method, path, wrong):
    assert slug(ask(owner, method, path, **BAD_BODIES[wrong])) == wrong


def test_a_photo_that_is_not_whole_is_a_bad_request(owner):
    as_from_gunicorn = {"CONTENT_LENGTH": str(len(PNG) + 1), "wsgi.input_terminated": True}
    options = {"content_type": "image/png", "environ_overrides": as_from_gunicorn}
    answer = owner.ask("POST", "/v1/heatmaps", data=PNG, **options)
    assert slug(answer) == "bad-request" and "send it again" in answer.json["detail"]


@named("rate-limited")
def test_who_asks_too_often_is_told_when_to_come_again(fresh, monkeypatch, method, path):
    for name in ("hit", "test"):
        monkeypatch.setattr(limits.limiter.limiter, name, lambda *_, **__: False)
    answer = ask(fresh, method, path)
    assert slug(answer) == "rate-limited" and int(answer.headers["Retry-After"]) > 0


@pytest.mark.parametrize("method_and_path", ["GET /v1/sync", "POST /v1/sync", "GET /v1/scores/trend"])
@pytest.mark.parametrize(("stated", "wrong"), [("zero", "bad-request"), ("0", "client-too-old")])
def test_a_format_that_is_no_number_or_is_retired_is_refused(owner, method_and_path, stated, wrong):
    method, path = method_and_path.split()
    headers = {"Skinscore-Format": stated, "Content-Type": "application/json"}
    assert slug(ask(owner, method, path, headers=headers, data="{}" if method == "POST" else None)) == wrong


@pytest.mark.parametrize("method_and_path", ["GET /v1/sync", "POST /v1/sync", "GET /v1/scores/trend"])
def test_without_a_consent_nothing_of_a_history_is_taken_or_given(sign_up, method_and_path):
    assert slug(ask(sign_up(sync=False), *method_and_path.split())) == "consent-required"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("DELETE", f"/v1/auth/devices/{LONG}"),
        ("GET", f"/v1/heatmaps/{LONG}"),
        ("DELETE", f"/v1/heatmaps/{LONG}"),
        ("GET", f"/v1/heatmaps/{LONG}/oil.png"),
        ("GET", "/v1/models/files/zz"),
        ("GET", "/v1/models/bundles/zz"),
        ("GET", "/v1/models/bundles/zz/signature"),
        ("GET", "/v1/sync?limit=0"),
        ("GET", "/v1/sync?cursor="),
        ("GET", "/v1/sync?limit=1&limit=2"),
        ("GET", "/v1/scores/trend?attribute=oil&attribute=wrinkle"),
        ("GET", "/v1/scores/trend?attribute=Oil"),
    ],
)
def test_an_address_or_a_query_that_cannot_be_right_is_422(owner, method, path):
    answer = owner.ask(method, path)
    assert answer.status_code == 422 and slug(answer) == "invalid"


def test_a_parameter_that_is_given_twice_is_named(owner):
    answer = owner.ask("POST", "/v1/heatmaps?attributes=oil&attributes=wrinkle", data=PNG, content_type="image/png")
    assert answer.json["errors"] == [{"pointer": "/attributes", "detail": "Give it once"}]


@pytest.mark.parametrize("path", ["/v1/models/files/{file}", "/v1/models/bundles/{bundle}"])
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Range": "bytes=2-5"}, 206),
        ({"Range": "bytes=999999-"}, 416),
        ({"If-None-Match": "*"}, 304),
        ({"If-Match": '"another"'}, 412),
    ],
)
def test_files_and_bundles_understand_ranges_and_conditions(guest, path, headers, status):
    bundle = guest.ask("GET", "/v1/models/current").json["bundle_sha256"]
    with guest.ask("GET", f"/v1/models/bundles/{bundle}") as described_by:
        file = described_by.json["files"][0]["parts"][0]["sha256"]
    with guest.ask("GET", path.format(file=file, bundle=bundle), headers=headers) as answer:
        assert answer.status_code == status


@pytest.mark.parametrize("path", ["/v1/models/channel", "/v1/models/channel/signature"])
@pytest.mark.parametrize(("headers", "status"), [({"If-None-Match": "*"}, 304), ({"If-Match": '"another"'}, 412)])
def test_channels_understand_conditions(guest, model_dir, path, headers, status):
    for name in ("channel.json", "channel.sig"):
        (model_dir / name).write_text("{}")
    assert guest.ask("GET", path, headers=headers).status_code == status


def test_a_bundle_that_is_not_here_is_404(guest):
    assert slug(guest.ask("GET", f"/v1/models/bundles/{'0' * 64}")) == "not-found"


def test_a_signature_that_is_not_the_one_named_is_412(guest):
    bundle = guest.ask("GET", "/v1/models/current").json["bundle_sha256"]
    answer = guest.ask("GET", f"/v1/models/bundles/{bundle}/signature", headers={"If-Match": '"another"'})
    assert slug(answer) == "precondition-failed"


@pytest.mark.parametrize("what", ["photo-rejected", "poison"])
def test_who_waits_for_a_heatmap_is_told_what_became_of_the_photo(owner, monkeypatch, what):
    submit = jobs.submit

    def fails_at_once(*given):
        submitted = submit(*given)
        leases.fail(leases.claim()[0], what)
        return submitted

    beats.beat(beats.WORKER)
    monkeypatch.setattr(jobs, "submit", fails_at_once)
    answer = owner.ask("POST", "/v1/heatmaps", data=PNG, content_type="image/png")
    assert slug(answer) == what and answer.json["job"]


def test_a_heatmap_cancelled_while_somebody_waits_is_404(owner, monkeypatch):
    submit = jobs.submit

    def cancelled_at_once(*given):
        submitted = submit(*given)
        submitted[0].delete_instance()
        return submitted

    beats.beat(beats.WORKER)
    monkeypatch.setattr(jobs, "submit", cancelled_at_once)
    assert slug(owner.ask("POST", "/v1/heatmaps", data=PNG, content_type="image/png")) == "not-found"


def test_an_answer_that_no_description_names_is_noticed(app, owner):
    listening = Answers()
    listening.described = {Answer("GET", "/v1/sync", 200)}
    with app.test_request_context("/v1/sync"):
        listening.hear(app, app.response_class(status=418))
    assert listening.undescribed() == ["GET /v1/sync 418"]


def test_a_described_answer_that_never_came_is_noticed(app):
    listening = Answers()
    with app.test_request_context("/healthz"):
        listening.hear(app, app.response_class())
    assert "GET /healthz 200" not in listening.unseen()
    assert {"GET /readyz 200", "GET /readyz 503 busy"} <= set(listening.unseen())


def test_every_problem_of_a_status_is_described():
    said = may_answer({}, "unauthorized", "invalid-token", "busy")
    assert set(said) == {401, 503} and "`busy`" in said[503]["description"]
