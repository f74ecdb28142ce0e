"""The worker's rounds: take what waits, keep the leases alive while it is in hand, answer, and look after the rest."""

import logging
import math
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from peewee import PeeweeException

from api import beats, leases, vault
from api.database import database
from api.doorbell import Doorbell
from api.explanations import Asked, Explanation
from api.methods import LEGEND
from api.tables import HeatmapJob

Explain = Callable[[Sequence[Asked]], list[Explanation | ValueError]]
BEAT = 3.0  # s
PAUSE = 1.0  # s before a database in trouble is asked again
LONGEST = 120.0  # s that one batch may take before the worker gives itself up
log = logging.getLogger("skinscore.worker")


class Rounds:
    """What a worker does again and again; `most` jobs at once."""

    def __init__(self, bell: Doorbell, most: int, answer: Callable[[list[HeatmapJob]], None]) -> None:
        self.bell, self.most, self.answer = bell, most, answer
        self.beaten = self.reaped = -math.inf

    def until(self, stopped: Callable[[], bool]) -> None:
        """Work until stopped; a database in trouble is asked again later."""
        while not stopped():
            try:
                with database.connection_context():
                    while not stopped():
                        self._once()
            except PeeweeException:
                log.exception("the database cannot be used")
                time.sleep(PAUSE)
        self.bell.close()

    def _once(self) -> None:
        """Look after beats and leases, then answer what waits, or wait until somebody rings."""
        at = time.monotonic()
        if at - self.beaten >= BEAT:
            beats.beat(beats.WORKER)
            self.beaten = at
        if at - self.reaped >= leases.SWEEP_SECONDS:
            leases.reap()
            self.reaped = at
        if jobs := leases.claim(self.most):
            with heart(jobs):
                self.answer(jobs)
        else:
            self.bell.wait()


@contextmanager
def heart(jobs: Sequence[HeatmapJob]) -> Iterator[None]:
    """Beat for the worker and renew the leases of the jobs in hand."""
    done = threading.Event()
    thread = threading.Thread(target=_beat_until, args=(jobs, done), daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _beat_until(jobs: Sequence[HeatmapJob], done: threading.Event) -> None:
    started = time.monotonic()
    while not done.wait(BEAT):
        if time.monotonic() - started > LONGEST:
            log.error("jobs %s hang: the worker ends, others try", [job.id for job in jobs])
            os._exit(1)  # nothing less stops a decoder or a kernel that does not return
        try:
            with database.connection_context():
                beats.beat(beats.WORKER)
                leases.renew(jobs)
        except PeeweeException:  # a locked or full disk: the lease outlasts several beats
            log.exception("leases could not be renewed")


def handle(jobs: Sequence[HeatmapJob], photo_key: bytes, explain: Explain) -> None:
    """Explain the jobs' photos together and store each answer, or its problem."""
    asked = {job: one for job in jobs if (one := _opened(job, photo_key))}
    try:
        found = dict(zip(asked, explain(list(asked.values())), strict=True)) if asked else {}
    except Exception:
        log.exception("jobs %s failed", [job.id for job in asked])
        for job in asked:
            leases.retry(job)
        return
    for job, refused in found.items():
        if isinstance(refused, ValueError):
            leases.fail(job, "photo-rejected", str(refused))
    leases.finish([(job, *_addressed(job, one)) for job, one in found.items() if not isinstance(one, ValueError)])


def _opened(job: HeatmapJob, photo_key: bytes) -> Asked | None:
    """The question with its photo; None, and the job ended, where the photo was sealed under another key."""
    try:
        photo = vault.unseal(bytes(job.photo or b""), job.id, photo_key)
    except vault.Unreadable as error:
        log.error("job %s: %s", job.id, error)
        leases.fail(job, "internal", "the server's keys do not match")
        return None
    return Asked(photo, job.attributes.split(","), job.method, job.detail)


def _addressed(job: HeatmapJob, explained: Explanation) -> tuple[dict, dict[str, bytes]]:
    """Result and layers, where each is to be fetched written into it."""
    for key, answer in explained.result["attributes"].items():
        answer["href"] = f"/v1/heatmaps/{job.id}/{key}.png"
    explained.result["legend_href"] = f"/v1/heatmaps/{job.id}/{LEGEND}.png"
    return explained.result, explained.layers
