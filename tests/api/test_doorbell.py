"""The doorbell rings on SQLite, PostgreSQL and Redis; when it cannot, nobody is disturbed."""

import dataclasses
import logging
import os
import threading
import time
from contextlib import closing

import pytest

from api.config import ConfigError
from api.doorbell import open_doorbell
from tests.postgres import Missing
from tests.redis import Redis
from tests.surroundings import free_port

LONG = 30  # s


@pytest.fixture(scope="module")
def redis():
    try:
        with closing(Redis()) as running:
            yield running
    except Missing as reason:
        if os.environ.get("CI") == "true":
            pytest.fail(str(reason))
        pytest.skip(str(reason))


@pytest.fixture(params=["sqlite", "postgresql", "redis"])
def bells(request, config, tmp_path):
    """The bell as a web process has it, and as a worker has it."""
    url = f"sqlite:///{tmp_path / 'bell.queue'}"
    if request.param == "postgresql":
        url = request.getfixturevalue("cluster").database()
    if request.param == "redis":
        url = request.getfixturevalue("redis").url
    settings = dataclasses.replace(config, queue_url=url)
    with closing(open_doorbell(settings)) as web, closing(open_doorbell(settings)) as worker:
        yield web, worker


def test_a_ring_is_heard_once_by_one_worker(bells):
    web, worker = bells
    web.ring("a")
    web.ring("b")
    heard = [bytes(worker.queue.dequeue()) for _ in range(2)]
    assert heard == [b"a", b"b"] and worker.queue.dequeue() is None


def test_a_worker_that_waits_is_woken(bells):
    web, worker = bells
    threading.Timer(0.2, lambda: (web.ring("a"), web.close())).start()
    end = time.monotonic() + LONG
    worker.queue.dequeue, asked = counted(worker.queue.dequeue)
    while asked[-1:] != [b"a"] and time.monotonic() < end:
        worker.wait()
    assert asked[-1] == b"a"


def counted(dequeue):
    """The same, and what it gave."""
    given = []

    def once():
        item = dequeue()
        given.append(None if item is None else bytes(item))
        return item

    return once, given


def test_a_queue_that_is_down_is_said_once_and_raises_nothing(config, caplog):
    bell = open_doorbell(dataclasses.replace(config, queue_url=f"redis://127.0.0.1:{free_port()}/0"))
    with caplog.at_level(logging.WARNING, "skinscore.doorbell"):
        for _ in range(3):
            bell.ring("a")
            bell.wait()
    assert len(caplog.records) == 1 and "look at the table" in caplog.text


@pytest.mark.parametrize("url", ["amqp://host", "sqlite://", "redis"])
def test_a_queue_that_can_never_work_is_a_sentence(config, url):
    with pytest.raises(ConfigError, match="QUEUE_URL"):
        open_doorbell(dataclasses.replace(config, queue_url=url))


def test_without_a_queue_url_a_file_beside_the_database_serves(config, tmp_path):
    with closing(open_doorbell(config)) as bell:
        bell.ring("a")
    assert (tmp_path / "api.db.queue").is_file()
