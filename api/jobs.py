"""Asking for heatmaps: one job for the same photo and question, limits, and what became of it."""

import hashlib
import uuid
from dataclasses import dataclass

from api import beats, clock, leases, vault
from api.database import held, write_transaction
from api.problems import Problem
from api.tables import Account, HeatmapJob

QUEUED_PER_ACCOUNT, QUEUED_IN_ALL = 10, 200


@dataclass(frozen=True)
class Question:
    """What is asked about a photo; `model` is the hash of the bundle that answers."""

    attributes: tuple[str, ...]
    method: str
    detail: int
    model: str

    def key(self, photo: bytes) -> str:
        """Names photo and question together, and gives neither away."""
        asked = f"{self.model} {self.method} {self.detail} {','.join(self.attributes)}"
        return hashlib.sha256(f"{hashlib.sha256(photo).hexdigest()} {asked}".encode()).hexdigest()


def submit(account: Account, photo: bytes, asked: Question, photo_key: bytes) -> tuple[HeatmapJob, bool]:
    """A job, and whether it is new: the same question, asked before and not failed, is the same job."""
    require_worker()
    key = asked.key(photo)
    with write_transaction():
        held(Account.select(Account.id).where(Account.id == account.id)).first()  # one request at a time per account
        same = HeatmapJob.get_or_none((HeatmapJob.account == account) & (HeatmapJob.key == key))
        if same is not None and same.status != "failed":
            return same, False
        if same is not None:
            same.delete_instance()
        _limit(account)
        return _queued(account, photo, asked, key, photo_key), True


def _queued(account: Account, photo: bytes, asked: Question, key: str, photo_key: bytes) -> HeatmapJob:
    job_id = uuid.uuid4().hex
    return HeatmapJob.create(
        id=job_id,
        account=account,
        key=key,
        attributes=",".join(asked.attributes),
        method=asked.method,
        detail=asked.detail,
        created_at=clock.now(),
        photo=vault.seal(photo, job_id, photo_key),
    )


def require_worker() -> None:
    """Raises the problem `no-worker` unless one was alive lately."""
    if not beats.worker_is_alive():
        raise Problem("no-worker", "start one with: python -m api.worker (python -m api serve starts both)")


def _limit(account: Account) -> None:
    waiting = HeatmapJob.status.in_(leases.OPEN)
    if HeatmapJob.select().where(waiting & (HeatmapJob.account == account)).count() >= QUEUED_PER_ACCOUNT:
        raise Problem("rate-limited", f"{QUEUED_PER_ACCOUNT} of your heatmaps are waiting: ask again when one is done")
    if HeatmapJob.select().where(waiting).count() >= QUEUED_IN_ALL:
        raise Problem("busy", "the heatmap queue is full: ask again in a moment")
