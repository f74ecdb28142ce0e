"""Requests that schemathesis makes up from the description: every answer is a described one, and none is a fault.

DEEP=1 python -m pytest tests/api/test_fuzz.py     # many more of them; part of `make test-deep`
"""

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from argon2 import PasswordHasher
from hypothesis import HealthCheck, settings
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from api import passwords, routed
from tests.answers import Answer
from tests.api.description import DOCUMENT, described_by
from tests.api.fitting import ENDING, Caller

MANY = 100 if os.environ.get("DEEP") else 5
# What a valid request may also meet: whether an e-mail is taken or a photo is one is in no schema. Never 400 or 422.
SOUND = ["2xx", "304", "401", "404", "409", "410", "415"]
REFUSED = ["4xx"]  # an invalid request, by any status that is described: a made-up cursor is 410
CONFIG = schemathesis.Config.from_dict(
    {
        "checks": {
            "positive_data_acceptance": {"expected-statuses": SOUND},
            "negative_data_rejection": {"expected-statuses": REFUSED},
        }
    }
)
# No schema says which attributes a bundle has, nor what makes bytes a photo. An item of a push is refused by itself.
UNSAID = {
    "POST /v1/heatmaps": [positive_data_acceptance, negative_data_rejection],
    "POST /v1/sync": [negative_data_rejection],
}
# schemathesis lets go of answers without closing them, and files are sent from an open file.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
made_up = schemathesis.openapi.from_dict(routed().api_doc, config=CONFIG)
PUSHED = DOCUMENT["components"]["schemas"]["PushBody"]["properties"]
RECORD, ID = (described_by(PUSHED[name]["items"]) for name in ("records", "deletes"))
schemathesis.serializer.alias("image/heic", "image/png")  # bytes are sent as they are
often = settings(max_examples=MANY, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
asked: set[str] = set()
succeeded: set[str] = set()


@pytest.fixture
def served(restarted, monkeypatch, model_dir: Path):
    """The application, with a channel to deliver and passwords that are hashed in no time."""
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    for name in ("channel.json", "channel.sig"):
        (model_dir / name).write_text("{}")
    return restarted(sign_in_limit="100000 per hour")


@pytest.fixture
def caller(served, sign_up, model_dir: Path) -> Caller:
    raw = (model_dir / "bundle.json").read_bytes()
    file = json.loads(raw)["files"][0]["parts"][0]["sha256"]
    return Caller(served, sign_up, {"file": file, "bundle": hashlib.sha256(raw).hexdigest()})


def check(case, caller: Caller) -> None:
    case.operation.schema.app = case.operation.app = caller.app
    headers, unsaid = caller.prepare(case), UNSAID.get(case.operation.label)
    answer = case.call_and_validate(headers=headers, excluded_checks=unsaid)
    if case.operation.label == "POST /v1/sync" and answer.status_code == 200:
        assert_refused_one_by_one(case.body, answer.json()["results"])
    asked.add(case.operation.label)
    if 200 <= answer.status_code < 300:
        succeeded.add(case.operation.label)


def assert_refused_one_by_one(body: dict[str, Any], results: list[dict[str, Any]]) -> None:
    """Of a push that was taken: what does not fit the description is invalid; no schema says a whole score."""
    fits = [RECORD.is_valid(record) for record in body.get("records", [])]
    fits += [ID.is_valid(identity) for identity in body.get("deletes", [])]
    assert len(fits) == len(results)
    assert all(one["verdict"] == "invalid" for fit, one in zip(fits, results, strict=True) if not fit)


@made_up.exclude(name=list(ENDING)).parametrize()
@often
def test_every_answer_is_a_described_one(case, caller):
    check(case, caller)


@made_up.include(name=list(ENDING)).parametrize()
@often
def test_every_answer_of_what_ends_a_login_is_a_described_one(case, caller):
    check(case, caller)


def test_every_operation_was_done_at_least_once():
    operations = {one.ok().label for one in made_up.get_all_operations()}
    if operations != asked:
        pytest.skip("only some of the operations were asked")
    assert operations == succeeded


@pytest.mark.parametrize(("status", "says"), [(418, "Undocumented status code"), (500, "Server error")])
def test_an_answer_that_is_not_described_is_noticed(served, answers, status, says):
    served.view_functions["system.healthz"] = lambda: ({"status": "ok"}, status)
    healthz = made_up["/healthz"]["GET"]
    healthz.app = healthz.schema.app = served
    with pytest.raises(FailureGroup, match=says):
        healthz.Case().call_and_validate()
    answers.seen.discard(Answer("GET", "/healthz", status))
