"""Heatmap jobs. The table is the truth: leases, attempts and a reaper; a killed worker costs a retry, not a job."""

import hashlib
import json
import uuid
from collections.abc import Mapping
from typing import Any

from api import clock, vault
from api.database import held, write_transaction
from api.problems import Problem, document
from api.tables import Account, HeatmapJob, HeatmapLayer, WorkerBeat

LEASE_SECONDS = 60
PHOTO_SECONDS = 600  # a photo is held sealed for at most this long
SWEEP_SECONDS = 15  # between two looks of the reaper
RESULT_SECONDS = 86400
ATTEMPTS = 3
POISON = f"the worker failed {ATTEMPTS} times over this photo"
QUEUED_PER_ACCOUNT, QUEUED_IN_ALL = 10, 200
BEAT_SECONDS = 30  # a worker silent for longer counts as gone
OPEN = ("queued", "running")


def submit(account: Account, photo: bytes, attributes: list[str], model: str, key: bytes) -> HeatmapJob:
    """A job for these bytes; the one there already, when the same was asked before and did not fail."""
    require_worker()
    named = ",".join(attributes)
    digest = hashlib.sha256(photo).hexdigest()
    job_key = hashlib.sha256(f"{digest} {model} gradcam {named}".encode()).hexdigest()
    with write_transaction():
        held(Account.select(Account.id).where(Account.id == account.id)).first()  # one request at a time per account
        same = HeatmapJob.get_or_none((HeatmapJob.account == account) & (HeatmapJob.key == job_key))
        if same is not None and same.status in (*OPEN, "succeeded"):
            return same
        if same is not None:
            same.delete_instance()
        _limit(account)
        job_id = uuid.uuid4().hex
        sealed, at = vault.seal(photo, job_id, key), clock.now()
        return HeatmapJob.create(id=job_id, account=account, key=job_key, attributes=named, created_at=at, photo=sealed)


def require_worker() -> None:
    """Raises the problem `no-worker` unless one was alive lately."""
    beat = WorkerBeat.get_or_none(WorkerBeat.id == 1)
    if beat is None or clock.now() - beat.at > BEAT_SECONDS:
        raise Problem("no-worker", "start one with: python -m api.worker (python -m api serve starts both)")


def _limit(account: Account) -> None:
    waiting = HeatmapJob.status.in_(OPEN)
    if HeatmapJob.select().where(waiting & (HeatmapJob.account == account)).count() >= QUEUED_PER_ACCOUNT:
        raise Problem("rate-limited", f"{QUEUED_PER_ACCOUNT} of your heatmaps are waiting: ask again when one is done")
    if HeatmapJob.select().where(waiting).count() >= QUEUED_IN_ALL:
        raise Problem("busy", "the heatmap queue is full")


def beat() -> None:
    """Say that a worker is alive."""
    with write_transaction():
        seen = {WorkerBeat.at: clock.now()}
        WorkerBeat.insert({WorkerBeat.id: 1} | seen).on_conflict(conflict_target=[WorkerBeat.id], update=seen).execute()


def claim() -> HeatmapJob | None:
    """The oldest queued job, leased to the caller."""
    queued = HeatmapJob.select().where(HeatmapJob.status == "queued").order_by(HeatmapJob.created_at)
    if not queued.exists():  # looked up without the write lock: an idle worker asks 20 times a second
        return None
    with write_transaction():
        job = held(queued).first()
        if job is not None:
            job.status, job.attempts, job.lease_until = "running", job.attempts + 1, clock.now() + LEASE_SECONDS
            job.save()
        return job


def renew(job: HeatmapJob) -> bool:
    """Keep the lease of a job in hand; False when it is the caller's no more."""
    with write_transaction():
        return bool(HeatmapJob.update(lease_until=clock.now() + LEASE_SECONDS).where(_still_mine(job)).execute())


def finish(job: HeatmapJob, result: dict[str, Any], layers: Mapping[str, bytes]) -> bool:
    """Result and status in one transaction, the photo gone with it; False when the job was cancelled meanwhile."""
    with write_transaction():
        done = {"status": "succeeded", "result": json.dumps(result), "photo": None}
        if not HeatmapJob.update(done).where(_still_mine(job)).execute():
            return False
        for attribute, png in layers.items():
            HeatmapLayer.insert(job=job, attribute=attribute, png=png).execute()
        return True


def fail(job: HeatmapJob, slug: str, detail: str | None = None) -> None:
    """End a job with a problem; the photo goes."""
    ended = {"status": "failed", "problem": json.dumps(document(slug, detail)), "photo": None}
    with write_transaction():
        HeatmapJob.update(ended).where(_still_mine(job)).execute()


def retry(job: HeatmapJob) -> None:
    """Queue a job again after a fault of ours; the third try was the last."""
    if job.attempts >= ATTEMPTS:
        fail(job, "poison", POISON)
    else:
        with write_transaction():
            HeatmapJob.update(status="queued").where(_still_mine(job)).execute()


def _still_mine(job: HeatmapJob) -> Any:
    return (HeatmapJob.id == job.id) & (HeatmapJob.status == "running") & (HeatmapJob.attempts == job.attempts)


def reap() -> None:
    """Put jobs of dead workers back, end those that failed three times, drop old photos and old results."""
    at = clock.now()
    with write_transaction():
        lapsed = (HeatmapJob.status == "running") & (HeatmapJob.lease_until < at)
        tired = HeatmapJob.attempts >= ATTEMPTS
        poison = json.dumps(document("poison", POISON))
        HeatmapJob.update(status="failed", problem=poison, photo=None).where(lapsed & tired).execute()
        HeatmapJob.update(status="queued").where(lapsed & ~tired).execute()
        # Two looks early, so that ten minutes hold although the reaper only looks now and then.
        late = HeatmapJob.photo.is_null(False) & (HeatmapJob.created_at < at - PHOTO_SECONDS + 2 * SWEEP_SECONDS)
        expired = json.dumps(document("busy", "the photo waited for ten minutes and was deleted: send it again"))
        HeatmapJob.update(status="failed", problem=expired, photo=None).where(late).execute()
        HeatmapJob.delete().where(HeatmapJob.created_at < at - RESULT_SECONDS).execute()
