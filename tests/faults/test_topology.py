"""compose.yaml's topology, run: TLS, two web processes, three workers, PostgreSQL, Redis; one of each is killed."""

import os
import random
import threading
import time

import numpy as np
import pytest
import requests

from tests.postgres import Missing
from tests.topology import topology
from tests.workers import Asker, fresh_photo

PHOTOS, PEOPLE = 8, 3
PATIENCE = 120  # s


@pytest.fixture
def running(tmp_path):
    try:
        with topology(tmp_path, webs=2, workers=3) as one:
            yield one
    except Missing as reason:
        if os.environ.get("CI") == "true":
            pytest.fail(str(reason))
        pytest.skip(str(reason))


def test_a_web_process_and_a_worker_may_die_and_every_photo_is_answered_once(running):
    answers: list[dict] = []
    people = [threading.Thread(target=explain_all, args=(running, n, answers)) for n in range(PEOPLE)]
    for one in people:
        one.start()
    for service, count in (("worker", 3), ("web", 2)):
        time.sleep(random.uniform(0, 2))
        running.kill(service, random.randrange(count))
    for one in people:
        one.join()
    assert len(answers) == PEOPLE * PHOTOS
    assert {one["status"] for one in answers} == {"succeeded"} and max(one["attempts"] for one in answers) <= 2
    assert "too late" not in running.log("worker") and "Traceback" not in running.log("worker") + running.log("web")


def explain_all(running, number: int, answers: list[dict]) -> None:
    """Send photos one after the other, again where a web process died under one, and wait for each."""
    rng = np.random.default_rng(number)
    person = patiently(lambda: Asker(running.url, f"{rng.bytes(9).hex()}@example.org", str(running.authority)))
    for _ in range(PHOTOS):
        photo = fresh_photo(rng)
        asked = patiently(lambda photo=photo: sent(person, photo))
        while asked["status"] in ("queued", "running"):
            asked = patiently(lambda asked=asked: person.look(asked["id"], wait=5))
        answers.append(asked)


def sent(person: Asker, photo: bytes) -> dict:
    """The job of a photo. Raises `requests.HTTPError` where no web process answered."""
    answer = person.ask(photo, wait=5)
    if answer.status_code == 502:
        answer.raise_for_status()
    assert answer.ok, answer.text
    return answer.json()


def patiently(act):
    """What `act` gives; again while a web process is dead and Caddy has not noticed."""
    for _ in range(PATIENCE):
        try:
            return act()
        except requests.RequestException:
            threading.Event().wait(1)
    raise AssertionError("no web process answers")
