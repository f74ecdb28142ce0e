"""What is seen of a request: an id that comes back, a line without what was sent, a count and a duration."""

import contextlib
import io
import json
import logging
import uuid

import pytest
from peewee import OperationalError
from prometheus_client import REGISTRY

from api import logs, records
from tests.api.conftest import PASSWORD
from tests.api.helpers import PNG, score, uuid7
from tests.faults.erase import MARKER

OURS = "0190a000-0000-7000-8000-000000000001"


@pytest.fixture
def lines(monkeypatch):
    """The log as an operator gets it."""
    logger, written = logging.getLogger("skinscore"), io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(logs.Lines())
    logger.addHandler(handler)
    monkeypatch.setattr(logs.requests, "wanted", True)

    def read():
        with contextlib.redirect_stderr(written):
            logs.requests.flush()
        return [json.loads(line) for line in written.getvalue().splitlines()]

    yield read
    logger.removeHandler(handler)


def counted(route: str, status: int) -> float:
    labels = {"method": "GET", "route": route, "status": str(status)}
    return REGISTRY.get_sample_value("skinscore_request_seconds_count", labels) or 0


def test_a_well_formed_request_id_comes_back(guest):
    answer = guest.ask("GET", "/nothing", headers={"X-Request-Id": OURS})
    assert answer.headers["X-Request-Id"] == answer.json["request_id"] == OURS


@pytest.mark.parametrize("sent", ["", "short", "me@example.org-me@example.org", "a" * 65, "g" * 32, '0" * 32'])
def test_any_other_request_id_is_replaced(guest, sent):
    answer = guest.ask("GET", "/healthz", headers={"X-Request-Id": sent})
    assert answer.headers["X-Request-Id"] != sent and uuid.UUID(answer.headers["X-Request-Id"])


def test_a_request_is_one_line(guest, lines):
    guest.ask("GET", "/v1/sync?cursor=secret", headers={"X-Request-Id": OURS})
    (line,) = lines()
    assert line.pop("at") and line.pop("ms") >= 0
    seen = {"request_id": OURS, "method": "GET", "route": "/v1/sync", "status": 401}
    assert line == seen


def test_the_log_holds_nothing_that_people_sent_or_got(sign_up, lines, monkeypatch):
    person = sign_up("logged@example.org", heatmap=True)
    note = {"id": uuid7(2), "kind": "note", "score_id": uuid7(1), "text": MARKER}
    person.ask("POST", "/v1/sync", json={"records": [score(1), note]})
    person.ask("POST", "/v1/heatmaps", data=PNG, content_type="image/png")
    person.ask("DELETE", f"/v1/auth/devices/{person.tokens['device_id']}x")
    person.ask("POST", "/v1/auth/refresh", json={"refresh_token": person.tokens["refresh_token"]})
    monkeypatch.setattr(records, "check", lambda record: int(record["text"]))  # its error quotes what it got
    assert person.ask("POST", "/v1/sync", json={"records": [note]}).status_code == 500
    person.delete_account()
    told = json.dumps(lines())
    secret = [value for value in person.tokens.values() if isinstance(value, str)]
    for word in (person.email, PASSWORD, MARKER, uuid7(1), "127.0.0.1", *secret):
        assert word not in told
    assert len(lines()) >= 7 and "ValueError" in told and "places" in told


def test_an_error_of_the_machine_is_quoted(lines):
    logging.getLogger("skinscore").error("swept", exc_info=OperationalError("disk is full"))
    assert lines()[0]["said"] == "disk is full"


def test_requests_are_counted_by_route_and_status(guest):
    ways = {("/v1/sync", 401): "/v1/sync?cursor=a", ("/v1/models/files/<sha256>", 404): "/v1/models/files/" + "0" * 64}
    for (route, status), path in ways.items():
        before = counted(route, status)
        guest.ask("GET", path)
        assert counted(route, status) == before + 1


def test_paths_and_methods_that_nobody_serves_make_one_series(guest):
    for n in range(3):
        guest.ask("GET", f"/nothing/{n}")
        guest.ask(f"MADE{n}", "/v1/sync")
    labels = [s.labels for m in REGISTRY.collect() if m.name == "skinscore_request_seconds" for s in m.samples]
    assert not [one for one in labels if "nothing" in one["route"] or one["method"].startswith("MADE")]
