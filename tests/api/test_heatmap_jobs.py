"""Heatmap jobs: never lost, never computed twice, and the photo never kept."""

import json
import os
import threading
import time
from pathlib import Path

import pytest

from api import clock, jobs, leases, served, vault, waiting, working
from api.database import database
from api.explanations import Asked, Explanation
from api.tables import HeatmapJob
from tests.api.helpers import PNG
from training.photo import PhotoError

pytestmark = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def alive(app):
    leases.beat()


def ask(person, data=PNG, wait=0, **query):
    path = "/v1/heatmaps?" + "&".join(f"{k}={v}" for k, v in query.items())
    return person.ask("POST", path, data=data, content_type="image/png", headers={"Prefer": f"wait={wait}"})


def explain(asked: list[Asked]) -> list[Explanation | ValueError]:
    return [
        Explanation({"attributes": {key: {"grade": 1} for key in keys}}, dict.fromkeys(keys, b"png"))
        for keys in (one.attributes for one in asked)
    ]


def work_once(explainer=explain, key=b"p" * 32, most=1) -> None:
    working.handle(leases.claim(most), key, explainer)


def test_a_job_goes_from_queued_to_its_layers(owner, alive):
    asked = ask(owner)
    assert asked.status_code == 202 and asked.headers["Location"] == f"/v1/heatmaps/{asked.json['id']}"
    work_once()
    looked = owner.ask("GET", asked.headers["Location"]).json
    assert looked["status"] == "succeeded" and set(looked["result"]["attributes"]) == {"oil", "wrinkle"}
    layer = owner.ask("GET", looked["result"]["attributes"]["oil"]["href"])
    assert layer.data == b"png" and "no-store" in layer.headers["Cache-Control"]


def test_prefer_wait_answers_200_in_time(app, owner, alive):
    stop = threading.Event()
    rounds = working.Rounds(app.extensions["doorbell"], 8, lambda taken: working.handle(taken, b"p" * 32, explain))
    thread = threading.Thread(target=rounds.until, args=(stop.is_set,))
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
    monkeypatch.setattr(clock, "now", lambda: start + leases.PHOTO_SECONDS - leases.SWEEP_SECONDS)
    leases.reap()
    job = HeatmapJob.get()
    assert job.photo is None and job.status == "failed"


def test_the_web_process_lets_photos_go_when_no_worker_lives(owner, alive, monkeypatch):
    ask(owner)
    start, stop = clock.now(), threading.Event()
    monkeypatch.setattr(clock, "now", lambda: start + leases.PHOTO_SECONDS)
    stop.set()
    thread = threading.Thread(target=served._sweep, args=(stop,))
    thread.start()
    thread.join()
    assert HeatmapJob.get().photo is None


def test_a_cancelled_job_leaves_no_photo_and_no_result(owner, alive):
    place = ask(owner).headers["Location"]
    (job,) = leases.claim()
    assert owner.ask("DELETE", place).status_code == 204
    assert leases.finish([(job, {}, {})]) == [job]
    assert HeatmapJob.select().count() == 0


def test_a_dead_worker_costs_a_retry_and_three_are_poison(owner, alive, monkeypatch):
    place, start = ask(owner).headers["Location"], clock.now()
    for death in range(1, leases.ATTEMPTS + 1):
        assert leases.claim()[0].attempts == death
        monkeypatch.setattr(clock, "now", lambda death=death: start + death * (leases.LEASE_SECONDS + 60))
        leases.reap()
    ended = owner.ask("GET", place).json
    assert ended["status"] == "failed" and ended["problem"]["type"].endswith("poison")
    assert leases.claim() == []


def test_a_long_job_keeps_its_lease_and_its_worker_stays_alive(owner, alive, monkeypatch):
    ask(owner)
    (job,), start = leases.claim(), clock.now()
    monkeypatch.setattr(working, "BEAT", 0.01)
    monkeypatch.setattr(clock, "now", lambda: start + leases.LEASE_SECONDS - 1)
    with working.heart([job]):
        until = time.monotonic() + 5
        while HeatmapJob.get().lease_until == job.lease_until and time.monotonic() < until:
            time.sleep(0.01)
    monkeypatch.setattr(clock, "now", lambda: start + leases.LEASE_SECONDS + 5)
    leases.reap()
    assert HeatmapJob.get().status == "running"
    jobs.require_worker()


def test_a_worker_that_hangs_gives_itself_up(owner, alive, monkeypatch):
    ask(owner)
    ended = []
    monkeypatch.setattr(working, "BEAT", 0.01)
    monkeypatch.setattr(working, "LONGEST", 0.0)
    monkeypatch.setattr(os, "_exit", ended.append)
    with working.heart(leases.claim()):
        until = time.monotonic() + 5
        while not ended and time.monotonic() < until:
            time.sleep(0.01)
    assert ended and set(ended) == {1}


def test_a_fault_of_the_worker_is_tried_again_and_ends_as_poison(owner, alive):
    def fail(asked: list[Asked]) -> list[Explanation]:
        raise RuntimeError("out of memory")

    place = ask(owner).headers["Location"]
    for _ in range(leases.ATTEMPTS):
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
    monkeypatch.setattr(waiting, "_waiting", threading.BoundedSemaphore(1))
    waiting._waiting.acquire()
    started = time.monotonic()
    assert ask(owner, wait=10).status_code == 202
    assert time.monotonic() - started < 5


def test_a_worker_that_lost_its_lease_cannot_overwrite_the_retry(owner, alive, monkeypatch):
    ask(owner)
    (slow,), start = leases.claim(), clock.now()
    monkeypatch.setattr(clock, "now", lambda: start + leases.LEASE_SECONDS + 60)
    leases.reap()
    leases.claim()
    assert leases.finish([(slow, {"attributes": {}}, {})]) == [slow]


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


def test_results_expire_after_a_day(owner, alive, monkeypatch):
    place = ask(owner).headers["Location"]
    work_once()
    start = clock.now()
    monkeypatch.setattr(clock, "now", lambda: start + leases.RESULT_SECONDS + 1)
    leases.reap()
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


def test_waiting_photos_are_taken_together(owner, other, alive):
    places = [ask(person, PNG + bytes([n])).headers["Location"] for person in (owner, other) for n in range(3)]
    seen = []

    def count(asked: list[Asked]) -> list[Explanation | ValueError]:
        seen.append(len(asked))
        return explain(asked)

    work_once(count, most=4)
    work_once(count, most=4)
    assert seen == [4, 2]
    people = [owner] * 3 + [other] * 3
    assert [p.ask("GET", place).json["status"] for p, place in zip(people, places, strict=True)] == ["succeeded"] * 6


def test_a_refused_photo_takes_no_other_one_along(owner, alive):
    first, second = (ask(owner, PNG + bytes([n])).headers["Location"] for n in range(2))

    def refuse_first(asked: list[Asked]) -> list[Explanation | ValueError]:
        refused = PhotoError("truncated", "the photo is damaged")
        return [refused if one.photo == PNG + b"\0" else made for one, made in zip(asked, explain(asked), strict=True)]

    work_once(refuse_first, most=8)
    assert [owner.ask("GET", place).json["status"] for place in (first, second)] == ["failed", "succeeded"]


def test_a_job_that_was_tried_before_is_taken_alone(owner, alive, monkeypatch):
    for n in range(3):
        ask(owner, PNG + bytes([n]))
    start = clock.now()
    assert len(leases.claim(2)) == 2
    monkeypatch.setattr(clock, "now", lambda: start + leases.LEASE_SECONDS + 60)
    leases.reap()
    taken = [leases.claim(8) for _ in range(3)]
    assert sorted(job.attempts for jobs in taken for job in jobs) == [1, 2, 2] and [len(t) for t in taken] == [1, 1, 1]


def test_a_result_is_kept_although_the_lease_ran_out_if_nobody_took_the_job(owner, alive, monkeypatch):
    place, start = ask(owner).headers["Location"], clock.now()
    (slow,) = leases.claim()
    monkeypatch.setattr(clock, "now", lambda: start + leases.LEASE_SECONDS + 60)
    leases.reap()
    assert owner.ask("GET", place).json["status"] == "queued"
    assert leases.finish([(slow, {"attributes": {}}, {"oil": b"png"})]) == []
    assert owner.ask("GET", place).json["status"] == "succeeded"


@pytest.mark.parametrize("change", [{"method": "layercam"}, {"detail": "2x"}, {"attributes": "oil"}])
def test_another_question_about_the_same_photo_is_another_job(owner, alive, change):
    ids = {ask(owner).json["id"], ask(owner, **change).json["id"], ask(owner, **change).json["id"]}
    assert len(ids) == 2


@pytest.mark.parametrize("change", [{"method": "guided"}, {"detail": "3x"}, {"colour": "red"}, {"graded_by": "x"}])
def test_an_unknown_option_is_refused(owner, alive, change):
    assert ask(owner, **change).status_code == 422
    assert HeatmapJob.select().count() == 0


def test_the_worker_is_told_method_and_detail(owner, alive):
    ask(owner, method="eigencam", detail="4x", attributes="wrinkle")
    told = []
    work_once(lambda asked: told.extend(asked) or explain(asked))
    assert [(one.method, one.detail, one.attributes, one.photo) for one in told] == [("eigencam", 4, ["wrinkle"], PNG)]


def test_a_job_tells_when_to_look_again(owner, alive):
    asked = ask(owner)
    assert asked.headers["Retry-After"] and owner.ask("GET", asked.headers["Location"]).headers["Retry-After"]
    work_once()
    assert "Retry-After" not in owner.ask("GET", asked.headers["Location"]).headers


def test_a_look_can_wait_too(owner, alive):
    place = ask(owner).headers["Location"]
    timer = threading.Timer(0.3, lambda: (work_once(), database.close()))
    timer.start()
    looked = owner.ask("GET", place, headers={"Prefer": "wait=10"}).json
    timer.join()
    assert looked["status"] == "succeeded"


def test_a_score_by_another_model_is_labelled(owner, alive, model_dir):
    place = ask(owner).headers["Location"]
    bundle = json.loads((model_dir / "bundle.json").read_text())
    mine = {key: bundle[key] for key in ("name", "version", "sequence")}
    work_once(lambda asked: [Explanation({"model": mine, "attributes": {}}, {"oil": b"png"})])
    same = bundle["files"][0]["parts"][0]["sha256"]
    told = {who: owner.ask("GET", f"{place}?graded_by={who}").json["result"] for who in (same, "f" * 64)}
    assert told[same]["score_by_another_model"] is False and "label" not in told[same]
    assert told["f" * 64]["score_by_another_model"] is True and "not on this server" in told["f" * 64]["label"]
    assert "score_by_another_model" not in owner.ask("GET", place).json["result"]


def test_a_result_that_names_no_model_is_told_apart_from_every_score(owner, alive, model_dir):
    place = ask(owner).headers["Location"]
    work_once()
    known = json.loads((model_dir / "bundle.json").read_text())["files"][0]["parts"][0]["sha256"]
    for who in (known, "f" * 64):
        told = owner.ask("GET", f"{place}?graded_by={who}").json["result"]
        assert told["score_by_another_model"] is True and "explain a model that is not on" in told["label"]


def test_a_full_queue_is_503_and_says_when_to_come_again(owner, alive, monkeypatch):
    monkeypatch.setattr(jobs, "QUEUED_IN_ALL", 1)
    ask(owner)
    full = ask(owner, PNG + b"2")
    assert full.status_code == 503 and full.headers["Retry-After"] and full.json["type"].endswith("busy")


def test_a_lost_ring_costs_a_moment_and_no_job(app, owner, alive, monkeypatch):
    monkeypatch.setattr(app.extensions["doorbell"].queue, "enqueue", lambda _: 1 / 0)
    stop = threading.Event()
    rounds = working.Rounds(app.extensions["doorbell"], 8, lambda taken: working.handle(taken, b"p" * 32, explain))
    thread = threading.Thread(target=rounds.until, args=(stop.is_set,))
    thread.start()
    assert ask(owner, wait=10).json["status"] == "succeeded"
    stop.set()
    thread.join()


def test_the_queue_holds_ids_and_nothing_else(app, owner, alive):
    asked = ask(owner).json["id"]
    assert [bytes(item) for item in app.extensions["doorbell"].queue.enqueued_items()] == [asked.encode()]
