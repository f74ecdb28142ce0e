"""Jobs outlive their workers: a lease, a heart, three attempts, and no result written over another."""

import os
import time

import pytest

from api import clock, jobs, leases, working
from api.explanations import Asked, Explanation
from api.tables import HeatmapJob
from tests.api.heatmaps import ask, explain, work_once
from tests.api.helpers import PNG

pytestmark = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)


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


def test_a_worker_that_lost_its_lease_cannot_overwrite_the_retry(owner, alive, monkeypatch):
    ask(owner)
    (slow,), start = leases.claim(), clock.now()
    monkeypatch.setattr(clock, "now", lambda: start + leases.LEASE_SECONDS + 60)
    leases.reap()
    leases.claim()
    assert leases.finish([(slow, {"attributes": {}}, {})]) == [slow]


def test_a_result_is_kept_although_the_lease_ran_out_if_nobody_took_the_job(owner, alive, monkeypatch):
    place, start = ask(owner).headers["Location"], clock.now()
    (slow,) = leases.claim()
    monkeypatch.setattr(clock, "now", lambda: start + leases.LEASE_SECONDS + 60)
    leases.reap()
    assert owner.ask("GET", place).json["status"] == "queued"
    assert leases.finish([(slow, {"attributes": {}}, {"oil": b"png"})]) == []
    assert owner.ask("GET", place).json["status"] == "succeeded"


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


def test_a_job_that_was_tried_before_is_taken_alone(owner, alive, monkeypatch):
    for n in range(3):
        ask(owner, PNG + bytes([n]))
    start = clock.now()
    assert len(leases.claim(2)) == 2
    monkeypatch.setattr(clock, "now", lambda: start + leases.LEASE_SECONDS + 60)
    leases.reap()
    taken = [leases.claim(8) for _ in range(3)]
    assert sorted(job.attempts for jobs in taken for job in jobs) == [1, 2, 2] and [len(t) for t in taken] == [1, 1, 1]
