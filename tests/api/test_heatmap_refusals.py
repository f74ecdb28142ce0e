"""What is not computed, and why: no consent, no photo, an unknown question, no worker, no room."""

import pytest

from api import jobs
from api.explanations import Asked, Explanation
from api.tables import HeatmapJob
from tests.api.heatmaps import ask, explain, work_once
from tests.api.helpers import PNG
from training.photo import PhotoError

pytestmark = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)


def test_heatmaps_need_consent(sign_up, alive):
    assert ask(sign_up()).json["type"].endswith("consent-required")


def test_without_a_worker_the_answer_says_what_to_start(owner):
    answer = ask(owner)
    assert answer.status_code == 503 and "api.worker" in answer.json["detail"] and answer.headers["Retry-After"]


@pytest.mark.parametrize(
    ("data", "kind"), [(b"GIF89a....", "image/gif"), (b"GIF89a....", "image/png"), (b"", "image/png")]
)
def test_what_is_no_photo_is_415(owner, alive, data, kind):
    assert owner.ask("POST", "/v1/heatmaps", data=data, content_type=kind).status_code == 415


def test_too_large_a_photo_is_413(owner, alive):
    assert ask(owner, PNG + bytes(13 << 20)).status_code == 413


def test_an_unknown_attribute_is_refused(owner, alive):
    assert ask(owner, attributes="oil,pores").status_code == 422


@pytest.mark.parametrize("change", [{"method": "guided"}, {"detail": "3x"}, {"colour": "red"}, {"graded_by": "x"}])
def test_an_unknown_option_is_refused(owner, alive, change):
    assert ask(owner, **change).status_code == 422
    assert HeatmapJob.select().count() == 0


def test_an_eleventh_waiting_job_is_429(owner, alive):
    answers = [ask(owner, PNG + bytes([n])).status_code for n in range(jobs.QUEUED_PER_ACCOUNT + 1)]
    assert answers == [202] * jobs.QUEUED_PER_ACCOUNT + [429]


def test_a_full_queue_is_503_and_says_when_to_come_again(owner, alive, monkeypatch):
    monkeypatch.setattr(jobs, "QUEUED_IN_ALL", 1)
    ask(owner)
    full = ask(owner, PNG + b"2")
    assert full.status_code == 503 and full.headers["Retry-After"] and full.json["type"].endswith("busy")


def test_a_rejected_photo_is_one_problem_with_the_reason(owner, alive):
    def refuse(asked: list[Asked]) -> list[ValueError]:
        return [PhotoError("truncated", "the photo is damaged") for _ in asked]

    place = ask(owner).headers["Location"]
    work_once(refuse)
    ended = owner.ask("GET", place).json
    assert ended["problem"] == {
        "type": "urn:skinscore:problem:photo-rejected",
        "title": "The photo cannot be graded",
        "status": 422,
        "detail": "the photo is damaged",
    }


def test_a_refused_photo_takes_no_other_one_along(owner, alive):
    first, second = (ask(owner, PNG + bytes([n])).headers["Location"] for n in range(2))

    def refuse_first(asked: list[Asked]) -> list[Explanation | ValueError]:
        refused = PhotoError("truncated", "the photo is damaged")
        return [refused if one.photo == PNG + b"\0" else made for one, made in zip(asked, explain(asked), strict=True)]

    work_once(refuse_first, most=8)
    assert [owner.ask("GET", place).json["status"] for place in (first, second)] == ["failed", "succeeded"]
