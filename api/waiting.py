"""`Prefer: wait=N` (RFC 7240): hold an answer back until a job is done, but never on all threads at once."""

import re
import threading
import time

from flask import request

from api import leases
from api.problems import Problem
from api.tables import HeatmapJob

LONGEST, POLL = 10.0, 0.05  # s
PLACES = 6  # threads: whoever syncs or signs in never queues behind waiters
_waiting = threading.BoundedSemaphore(PLACES)


def preferred(default: float) -> float:
    """Seconds that this request wants to wait, within what is allowed."""
    asked = re.search(r"\bwait=(\d{1,4})\b", request.headers.get("Prefer", ""))
    return min(float(asked[1]), LONGEST) if asked else default


def wait(job_id: str, seconds: float) -> HeatmapJob:
    """The job, once it is done or so many seconds passed; at once where too many wait already."""
    if not _waiting.acquire(blocking=False):
        return _look(job_id, 0.0)
    try:
        return _look(job_id, seconds)
    finally:
        _waiting.release()


def _look(job_id: str, seconds: float) -> HeatmapJob:
    deadline = time.monotonic() + seconds
    while True:
        status = HeatmapJob.select(HeatmapJob.status).where(HeatmapJob.id == job_id).scalar()
        if status is None:
            raise Problem("not-found", "the heatmap was cancelled")
        if status not in leases.OPEN or time.monotonic() >= deadline:
            break
        time.sleep(POLL)
    job = HeatmapJob.get_or_none(HeatmapJob.id == job_id)
    if job is None:
        raise Problem("not-found", "the heatmap was cancelled")
    return job
