"""Kill heatmap workers again and again: is any photo's answer lost, stuck, thrown away, or computed for nothing?

Called by `python -m tests.faults.kill --target worker`. Two workers serve one web process; in each round some photos
are sent and one worker is killed with SIGKILL at a named point (tests/faults/dying_worker.py) or at random, then
started again. A round fails when a job is gone (`lost`), not finished in a minute (`stuck`), failed, or tried more
often than somebody died over it (`wasted`), when a result that was computed found its job taken (`thrown_away`), when
a photo is still there, or when the kill did not happen.
"""

import os
import random
import secrets
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import psycopg

from tests.commands import tell
from tests.faults import dying
from tests.faults.dying_worker import POINTS, Victim
from tests.postgres import Cluster, Missing
from tests.redis import Redis
from tests.servers import WebProcess, web_process
from tests.workers import Asker, fresh_photo

PHOTOS, PATIENCE = 3, 90  # a round; s
RANDOM_SECONDS = 2.0
LATE = "its result came too late"


class Ward:
    """Somebody asking, two workers, and what is known about their jobs."""

    def __init__(self, server: WebProcess, scratch: Path, told: Path) -> None:
        self.server, self.told, self.scratch = server, told, scratch
        self.url = server.environment["DATABASE_URL"]
        logs = [scratch / f"worker{n}.log" for n in range(2)]
        self.workers = [Victim(server.environment, log) for log in logs]
        self.rng = np.random.default_rng(0)

    def begin(self) -> None:
        """Start the workers together."""
        for worker in self.workers:
            worker.start()
        for worker in self.workers:
            worker.wait()

    def play(self, point: str | None) -> dict[str, int]:
        """One round; what went wrong, counted."""
        asker = Asker(f"http://127.0.0.1:{self.server.port}", f"{secrets.token_hex(6)}@a.example")
        if point:
            self.told.write_text(point)
        jobs = [asker.ask(fresh_photo(self.rng)).json()["id"] for _ in range(PHOTOS)]
        dead = self._dies(point)
        return self._judged(self._finished(asker, jobs), dead)

    def _dies(self, point: str | None) -> bool:
        """Wait for the named death, or kill one at random; then start whoever died again. False when none did."""
        if point is None:
            time.sleep(random.uniform(0, RANDOM_SECONDS))
            random.choice(self.workers).kill()
        end = time.monotonic() + PATIENCE
        while all(worker.process.is_alive() for worker in self.workers) and time.monotonic() < end:
            time.sleep(0.05)
        gone = [worker for worker in self.workers if not worker.process.is_alive()]
        for worker in gone:
            worker.start()
            worker.wait()
        self.told.unlink(missing_ok=True)
        return bool(gone)

    def _finished(self, asker: Asker, jobs: list[str]) -> list[dict[str, Any]]:
        end = time.monotonic() + PATIENCE
        looked = [asker.look(job) for job in jobs]
        while any(one.get("status") in ("queued", "running") for one in looked) and time.monotonic() < end:
            time.sleep(0.2)
            looked = [asker.look(job) for job in jobs]
        return looked

    def _judged(self, looked: list[dict[str, Any]], dead: bool) -> dict[str, int]:
        statuses = [str(one.get("status")) for one in looked]
        tries = [one.get("attempts", 0) for one in looked]
        found = {
            "lost": statuses.count("404"),
            "stuck": statuses.count("queued") + statuses.count("running"),
            "failed": statuses.count("failed"),
            "wasted": sum(max(0, n - 2) for n in tries),
            "photos_left": photos_left(self.url),
            "not_killed": 0 if dead else 1,
        }
        return {name: count for name, count in found.items() if count}

    def thrown_away(self) -> int:
        """Computed results that found their job taken."""
        return sum(worker.log.read_text("utf-8", "replace").count(LATE) for worker in self.workers)

    def end(self) -> None:
        """Stop the workers."""
        for worker in self.workers:
            worker.stop()


def photos_left(url: str) -> int:
    """Rows that still hold a photo, all jobs being finished."""
    statement = "SELECT count(*) FROM heatmapjob WHERE photo IS NOT NULL"
    with closing(psycopg.connect(url) if "postgres" in url else sqlite3.connect(url.partition(":///")[2])) as db:
        return db.execute(statement).fetchone()[0]


@contextmanager
def ward(database: str) -> Iterator[Ward]:
    """A web process on that database, with Redis as the bell beside PostgreSQL, and two workers. Raises `Missing`."""
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        told, settings = scratch / "die", {dying.DIE_AT: str(scratch / "die")}
        url = f"sqlite:///{scratch}/kill.db"
        if database == "postgresql":
            url = stack.enter_context(closing(Cluster())).database()
            settings["QUEUE_URL"] = stack.enter_context(closing(Redis())).url
        stack.enter_context(mock.patch.dict(os.environ, settings))
        one = Ward(stack.enter_context(web_process(scratch, url)), scratch, told)
        try:
            one.begin()
            yield one
        finally:
            one.end()


def killed(database: str, rounds: int) -> dict[str, Any]:
    """Play the rounds, named points first."""
    wrong: list[dict[str, Any]] = []
    with ward(database) as one:
        for number in range(rounds):
            point = POINTS[number] if number < len(POINTS) else None
            if found := one.play(point):
                wrong.append({"round": number, "point": point} | found)
            shown = f"\r{database}: round {number + 1} of {rounds}, failures {len(wrong)}"
            print(shown, end="", file=sys.stderr, flush=True)
        print(file=sys.stderr)
        thrown = one.thrown_away()
    totals = {name: sum(row.get(name, 0) for row in wrong) for name in ("lost", "stuck")}
    figures = {"rounds": rounds, "named": min(rounds, len(POINTS)), "photos": rounds * PHOTOS}
    failures = len(wrong) + thrown
    return figures | totals | {"thrown_away": thrown, "failures": failures, "wrong": wrong[:20]}


def run(rounds: int, databases: Sequence[str], target: str | None) -> int:
    """These databases, printed as one JSON object; 0 when nothing failed, 2 where a server is missing."""
    try:
        figures = {name: killed(name, rounds) for name in databases}
    except Missing as reason:
        print(f"kill: {reason}", file=sys.stderr)
        return 2
    failures = sum(one["failures"] for one in figures.values())
    tell({"databases": figures, "failures": failures}, target)
    return 1 if failures else 0
