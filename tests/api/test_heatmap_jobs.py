"""Heatmap jobs: never lost, never computed twice, and the photo never kept."""

import os
import threading
import time
from pathlib import Path

import pytest

from api import clock, heatmaps, jobs, served, vault, worker
from api.database import database
from api.explain import Explanation
from api.tables import HeatmapJob
from tests.api.helpers import PNG
from training.photo import PhotoError

pytestmark = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def alive(app):
    jobs.beat()


def ask(person, data=PNG, wait=0, **query):
    path = "/v1/heatmaps?" + "&".join(f"{k}={v}" for k, v in query.items())
    return person.ask("POST", path, data=data, content_type="image/png", headers={"Prefer": f"wait={wait}"})


def explain(photo: bytes, attributes: list[str]) -> Explanation:
    return Explanation({"attributes": {key: {"grade": 1} for key in attributes}}, dict.fromkeys(attributes, b"png"))


def work_once(explainer=explain, key=b"p" * 32) -> None:
    worker.handle(jobs.claim(), key, explainer)


def test_a_job_goes_from_queued_to_its_layers(owner, alive):
    asked = ask(owner)
    assert asked.status_code == 202 and asked.headers["Location"] == f"/v1/heatmaps/{asked.json['id']}"
    work_once()
    looked = owner.ask("GET", asked.headers["Location"]).json
    assert looked["status"] == "succeeded" and set(looked["result"]["attributes"]) == {"oil", "wrinkle"}
    layer = owner.ask("GET", looked["result"]["attributes"]["oil"]["href"])
    assert layer.data == b"png" and "no-store" in layer.headers["Cache-Control"]


def test_prefer_wait_answers_200_in_time(owner, alive):
    stop = threading.Event()

    def run() -> None:
        worker.work(lambda job: worker.handle(job, b"p" * 32, explain), stop.is_set)
        database.close()

    thread = threading.Thread(target=run)
    thread.start()
    answer = ask(owner, wait=5)
    stop.set()
    thread.join()
    assert answer.status_code == 200 and answer.json["status"] == "succeeded"


def test_the_same_request_is_computed_once(owner, alive):
    first, second = ask(owner).json, ask(owner).json
    assert first["id"] == second["id"] and HeatmapJob.select().count() == 1


def test_two_people_with_the_same_photo_have_two_jobs(owner, other, alive):
    assert ask(owner).json["id"] != ask(other).json["id"]


def test_a_foreign_job_is_not_found(owner, other, alive):
    place = ask(owner).headers["Location"]
    for method in ("GET", "DELETE"):
        assert other.ask(method, place).status_code == 404
    assert owner.ask("GET", place).status_code == 200


def test_heatmaps_need_consent(sign_up, alive):
    assert ask(sign_up()).json["type"].endswith("consent-required")


def test_without_a_worker_the_answer_says_what_to_start(owner):
    answer = ask(owner)
    assert answer.status_code == 503 and "api.worker" in answer.json["detail"] and answer.headers["Retry-After"]


def test_the_photo_lies_sealed_and_goes_with_the_result(owner, alive, config):
    photo = PNG + b"a telling marker"
    ask(owner, photo)
    stored = _stored(config.database_url)
    assert b"a telling marker" not in stored and PNG not in stored
    job = HeatmapJob.get()
    assert vault.unseal(bytes(job.photo), job.id, config.photo_key) == photo
    work_once()
    assert HeatmapJob.get().photo is None


def _stored(url: str) -> bytes:
    if url.startswith("postgresql"):  # its files hold no plain bytes to look for
        return b"".join(bytes(value) for row in HeatmapJob.select().tuples() for value in row if type(value) is bytes)
    path = url.removeprefix("sqlite:///")
    return b"".join(Path(f"{path}{tail}").read_bytes() for tail in ("", "-wal"))


def test_a_photo_is_gone_before_ten_minutes_although_the_reaper_only_looks_now_and_then(owner, alive, monkeypatch):
    ask(owner)
    start = clock.now()
    monkeypatch.setattr(clock, "now", lambda: start + jobs.PHOTO_SECONDS - jobs.SWEEP_SECONDS)
    jobs.reap()
    job = HeatmapJob.get()
    assert job.photo is None and job.status == "failed"


def test_the_web_process_lets_photos_go_when_no_worker_lives(owner, alive, monkeypatch):
    ask(owner)
    start, stop = clock.now(), threading.Event()
    monkeypatch.setattr(clock, "now", lambda: start + jobs.PHOTO_SECONDS)
    stop.set()
    thread = threading.Thread(target=served._sweep, args=(stop,))
    thread.start()
    thread.join()
    assert HeatmapJob.get().photo is None


def test_a_cancelled_job_leaves_no_photo_and_no_result(owner, alive):
    place = ask(owner).headers["Location"]
    job = jobs.claim()
    assert owner.ask("DELETE", place).status_code == 204
    assert jobs.finish(job, {}, {}) is False
    assert HeatmapJob.select().count() == 0


def test_a_dead_worker_costs_a_retry_and_three_are_poison(owner, alive, monkeypatch):
    place, start = ask(owner).headers["Location"], clock.now()
    for death in range(1, jobs.ATTEMPTS + 1):
        assert jobs.claim().attempts == death
        monkeypatch.setattr(clock, "now", lambda death=death: start + death * (jobs.LEASE_SECONDS + 1))
        jobs.reap()
    ended = owner.ask("GET", place).json
    assert ended["status"] == "failed" and ended["problem"]["type"].endswith("poison")
    assert jobs.claim() is None


def test_a_long_job_keeps_its_lease_and_its_worker_stays_alive(owner, alive, monkeypatch):
    ask(owner)
    job, start = jobs.claim(), clock.now()
    monkeypatch.setattr(worker, "BEAT", 0.01)
    monkeypatch.setattr(clock, "now", lambda: start + jobs.LEASE_SECONDS - 1)
    with worker.heart(job):
        until = time.monotonic() + 5
        while HeatmapJob.get().lease_until == job.lease_until and time.monotonic() < until:
            time.sleep(0.01)
    monkeypatch.setattr(clock, "now", lambda: start + jobs.LEASE_SECONDS + 1)
    jobs.reap()
    assert HeatmapJob.get().status == "running"
    jobs.require_worker()


def test_a_worker_that_hangs_gives_itself_up(owner, alive, monkeypatch):
    ask(owner)
    ended = []
    monkeypatch.setattr(worker, "BEAT", 0.01)
    monkeypatch.setattr(worker, "LONGEST", 0.0)
    monkeypatch.setattr(os, "_exit", ended.append)
    with worker.heart(jobs.claim()):
        until = time.monotonic() + 5
        while not ended and time.monotonic() < until:
            time.sleep(0.01)
    assert ended and set(ended) == {1}


def test_a_fault_of_the_worker_is_tried_again_and_ends_as_poison(owner, alive):
    def fail(photo: bytes, attributes: list[str]) -> Explanation:
        raise RuntimeError("out of memory")

    place = ask(owner).headers["Location"]
    for _ in range(jobs.ATTEMPTS):
        assert owner.ask("GET", place).json["status"] == "queued"
        work_once(fail)
    ended = owner.ask("GET", place)
    assert ended.json["problem"]["type"].endswith("poison") and "memory" not in ended.text
    assert HeatmapJob.get().photo is None


def test_a_job_that_failed_once_can_still_succeed(owner, alive):
    place = ask(owner).headers["Location"]
    work_once(lambda *_: 1 / 0)
    work_once()
    assert owner.ask("GET", place).json["status"] == "succeeded"


def test_waiters_never_take_every_thread(owner, alive, monkeypatch):
    monkeypatch.setattr(heatmaps, "_waiting", threading.BoundedSemaphore(1))
    heatmaps._waiting.acquire()
    started = time.monotonic()
    assert ask(owner, wait=10).status_code == 202
    assert time.monotonic() - started < 5


def test_a_worker_that_lost_its_lease_cannot_overwrite_the_retry(owner, alive, monkeypatch):
    ask(owner)
    slow, start = jobs.claim(), clock.now()
    monkeypatch.setattr(clock, "now", lambda: start + jobs.LEASE_SECONDS + 1)
    jobs.reap()
    jobs.claim()
    assert jobs.finish(slow, {"attributes": {}}, {}) is False


def test_a_rejected_photo_is_one_problem_with_the_reason(owner, alive):
    def refuse(photo: bytes, attributes: list[str]) -> Explanation:
        raise PhotoError("truncated", "the photo is damaged")

    place = ask(owner).headers["Location"]
    work_once(refuse)
    ended = owner.ask("GET", place).json
    assert ended["problem"] == {
        "type": "urn:skinscore:problem:photo-rejected",
        "title": "The photo cannot be graded",
        "status": 422,
        "detail": "the photo is damaged",
    }


def test_results_expire_after_a_day(owner, alive, monkeypatch):
    place = ask(owner).headers["Location"]
    work_once()
    start = clock.now()
    monkeypatch.setattr(clock, "now", lambda: start + jobs.RESULT_SECONDS + 1)
    jobs.reap()
    assert HeatmapJob.select().count() == 0
    assert place


@pytest.mark.parametrize(
    ("data", "kind"), [(b"GIF89a....", "image/gif"), (b"GIF89a....", "image/png"), (b"", "image/png")]
)
def test_what_is_no_photo_is_415(owner, alive, data, kind):
    assert owner.ask("POST", "/v1/heatmaps", data=data, content_type=kind).status_code == 415


def test_too_large_a_photo_is_413(owner, alive):
    assert ask(owner, PNG + bytes(13 << 20)).status_code == 413


def test_an_unknown_attribute_is_refused(owner, alive):
    assert ask(owner, attributes="oil,pores").status_code == 422


def test_an_eleventh_waiting_job_is_429(owner, alive):
    answers = [ask(owner, PNG + bytes([n])).status_code for n in range(jobs.QUEUED_PER_ACCOUNT + 1)]
    assert answers == [202] * jobs.QUEUED_PER_ACCOUNT + [429]
