"""The photo lies sealed, and goes with the result, the deadline or the owner's wish."""

import threading
from pathlib import Path

import pytest

from api import clock, leases, served, vault
from api.tables import HeatmapJob
from tests.api.heatmaps import ask, work_once
from tests.api.helpers import PNG

pytestmark = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)


def _stored(url: str) -> bytes:
    if url.startswith("postgresql"):  # its files hold no plain bytes to look for
        return b"".join(bytes(value) for row in HeatmapJob.select().tuples() for value in row if type(value) is bytes)
    path = url.removeprefix("sqlite:///")
    return b"".join(Path(f"{path}{tail}").read_bytes() for tail in ("", "-wal"))


def test_the_photo_lies_sealed_and_goes_with_the_result(owner, alive, config):
    photo = PNG + b"a telling marker"
    ask(owner, photo)
    stored = _stored(config.database_url)
    assert b"a telling marker" not in stored and PNG not in stored
    job = HeatmapJob.get()
    assert vault.unseal(bytes(job.photo), job.id, config.photo_key) == photo
    work_once()
    assert HeatmapJob.get().photo is None


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
