"""Who waits for a heatmap gets it in the same answer, and never at the cost of others."""

import threading

import pytest

from api import arrival, waiting
from api.database import database
from tests.api.heatmaps import ask, work_once, working_beside

pytestmark = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)


class Clock:
    """Time that goes on by sleeping alone."""

    now = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def test_prefer_wait_answers_200_in_time(app, owner, alive):
    with working_beside(app):
        answer = ask(owner, wait=5)
    assert answer.status_code == 200 and answer.json["status"] == "succeeded"


def test_a_look_can_wait_too(owner, alive):
    place = ask(owner).headers["Location"]
    timer = threading.Timer(0.3, lambda: (work_once(), database.close()))
    timer.start()
    looked = owner.ask("GET", place, headers={"Prefer": "wait=10"}).json
    timer.join()
    assert looked["status"] == "succeeded"


def test_a_job_tells_when_to_look_again(owner, alive):
    asked = ask(owner)
    assert asked.headers["Retry-After"] and owner.ask("GET", asked.headers["Location"]).headers["Retry-After"]
    work_once()
    assert "Retry-After" not in owner.ask("GET", asked.headers["Location"]).headers


def test_waiters_never_take_every_thread(owner, alive, monkeypatch):
    monkeypatch.setattr(waiting, "time", clock := Clock())
    monkeypatch.setattr(waiting, "_waiting", threading.BoundedSemaphore(1))
    assert ask(owner, wait=10).status_code == 202 and clock.now >= 10  # who finds a place waits in it
    waiting._waiting.acquire()
    before = clock.now
    assert ask(owner, wait=10).status_code == 202 and clock.now == before
    assert arrival.threads > waiting.PLACES


def test_a_lost_ring_costs_a_moment_and_no_job(app, owner, alive, monkeypatch):
    monkeypatch.setattr(app.extensions["doorbell"].queue, "enqueue", lambda _: 1 / 0)
    with working_beside(app):
        assert ask(owner, wait=10).json["status"] == "succeeded"
