"""Who works on which heatmap job, and for how long: leases, attempts, and a reaper for those whose worker died.

The row is the truth. A worker holds a job while it renews the lease; a worker that is gone costs the job a retry, the
third one ends it as `poison`. A job that was tried before is taken alone, so that a photo which kills workers takes
no other one along. A computed result is kept unless somebody else took the job meanwhile.
"""

import json
import logging
from collections.abc import Mapping, Sequence
from typing import Any

from api import clock
from api.database import free, write_transaction
from api.problems import document
from api.tables import HeatmapJob, HeatmapLayer

LEASE_SECONDS = 20  # several beats of the worker
PHOTO_SECONDS = 600  # a photo is held sealed for at most this long
SWEEP_SECONDS = 5  # between two looks of the reaper
RESULT_SECONDS = 86400
ATTEMPTS = 3
POISON = f"the worker failed {ATTEMPTS} times over this photo"
OPEN = ("queued", "running")
log = logging.getLogger("skinscore.leases")


def claim(most: int = 1) -> list[HeatmapJob]:
    """The oldest queued jobs, leased to the caller; one that was tried before comes alone."""
    queued = HeatmapJob.select().where(HeatmapJob.status == "queued").order_by(HeatmapJob.created_at, HeatmapJob.id)
    if not queued.exists():  # looked up without the write lock: an idle worker asks again and again
        return []
    with write_transaction():
        waiting = list(free(queued.limit(most)))
        tried = next((job for job in waiting if job.attempts), None)
        taken = [tried] if tried else waiting
        for job in taken:
            job.status, job.attempts, job.lease_until = "running", job.attempts + 1, clock.now() + LEASE_SECONDS
            job.save(only=[HeatmapJob.status, HeatmapJob.attempts, HeatmapJob.lease_until])
        return taken


def renew(held: Sequence[HeatmapJob]) -> None:
    """Keep the leases of the jobs in hand."""
    leased = {"status": "running", "lease_until": clock.now() + LEASE_SECONDS}
    with write_transaction():
        for job in held:
            HeatmapJob.update(leased).where(_mine(job)).execute()


def finish(answers: Sequence[tuple[HeatmapJob, dict[str, Any], Mapping[str, bytes]]]) -> list[HeatmapJob]:
    """Finish several jobs at once; those that were cancelled, ended or taken by somebody else meanwhile."""
    late = []
    with write_transaction():
        for job, result, layers in answers:
            done = {"status": "succeeded", "result": json.dumps(result), "photo": None}
            if not HeatmapJob.update(done).where(_mine(job)).execute():
                late.append(job)
                continue
            rows = [{"job": job, "attribute": key, "png": png} for key, png in layers.items()]
            HeatmapLayer.insert_many(rows).execute()
    for job in late:
        log.warning("job %s: its result came too late, or nobody wants it any more", job.id)
    return late


def fail(job: HeatmapJob, slug: str, detail: str | None = None) -> None:
    """End a job with a problem; the photo goes."""
    ended = {"status": "failed", "problem": json.dumps(document(slug, detail)), "photo": None}
    with write_transaction():
        HeatmapJob.update(ended).where(_mine(job)).execute()


def retry(job: HeatmapJob) -> None:
    """Queue a job again after a fault of ours; the third try was the last."""
    if job.attempts >= ATTEMPTS:
        fail(job, "poison", POISON)
    else:
        with write_transaction():
            HeatmapJob.update(status="queued").where(_mine(job)).execute()


def _mine(job: HeatmapJob) -> Any:
    """Nobody took it since, although the lease may have run out."""
    return (HeatmapJob.id == job.id) & HeatmapJob.status.in_(OPEN) & (HeatmapJob.attempts == job.attempts)


def reap() -> None:
    """Put jobs of dead workers back, end those that failed three times, drop old photos and old results."""
    at = clock.now()
    with write_transaction():
        lapsed = (HeatmapJob.status == "running") & (HeatmapJob.lease_until < at)
        tired = HeatmapJob.attempts >= ATTEMPTS
        _end(lapsed & tired, "poison", POISON)
        HeatmapJob.update(status="queued").where(_free_among(lapsed & ~tired)).execute()
        # Two looks early, so that ten minutes hold although the reaper only looks now and then.
        late = HeatmapJob.photo.is_null(False) & (HeatmapJob.created_at < at - PHOTO_SECONDS + 2 * SWEEP_SECONDS)
        _end(late, "busy", "the photo waited for ten minutes and was deleted: send it again")
        HeatmapJob.delete().where(_free_among(HeatmapJob.created_at < at - RESULT_SECONDS)).execute()


def _end(which: Any, slug: str, detail: str) -> None:
    ended = {"status": "failed", "problem": json.dumps(document(slug, detail)), "photo": None}
    HeatmapJob.update(ended).where(_free_among(which)).execute()


def _free_among(which: Any) -> Any:
    """Rows that no other process is changing: reapers and workers never wait for each other in a circle."""
    return HeatmapJob.id.in_([job.id for job in free(HeatmapJob.select(HeatmapJob.id).where(which))])
