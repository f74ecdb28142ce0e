"""The heatmap worker for fault runs: it kills itself with SIGKILL at a named point when told to.

`Victim` is one as a process, which dies once the file that DIE_AT names holds the point that it passes. It is forked
from a process that has torch already, or a run of many kills would spend its time importing; and leases are short.
Nothing else differs from `python -m api.worker`.
"""

import os
import sys
import time
from collections.abc import Sequence
from multiprocessing import get_context
from pathlib import Path

from api import explain, leases, worker, working
from api.explanations import Asked, Explanation
from tests.faults.dying import between

POINTS = ("before_claim", "after_claim", "before_explain", "after_explain", "before_store", "after_store")


START_SECONDS = 120
forking = get_context("forkserver")
forking.set_forkserver_preload([__name__])


class Victim:
    """A worker in the environment of a web process."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        self.environment, self.log = environment, log
        self.log.touch()

    def start(self) -> None:
        """Start it; `wait` tells when it takes jobs."""
        self.from_here = self.log.stat().st_size
        self.process = forking.Process(target=run, args=(self.environment, str(self.log)))
        self.process.start()

    def wait(self) -> None:
        """Wait until it is ready. Raises RuntimeError with the end of its log."""
        end = time.monotonic() + START_SECONDS
        while b"ready on" not in self.log.read_bytes()[self.from_here :]:
            if not self.process.is_alive() or time.monotonic() > end:
                raise RuntimeError(f"the worker does not start: {self.log.read_text()[-2000:]}")
            time.sleep(0.05)

    def kill(self) -> None:
        """SIGKILL: nothing is tidied up."""
        self.process.kill()
        self.process.join()

    def stop(self) -> None:
        """End it in order."""
        self.process.terminate()
        self.process.join()


def run(environment: dict[str, str], log: str) -> None:
    """A worker in this process."""
    os.environ.update(environment)
    said = os.open(log, os.O_WRONLY | os.O_APPEND)
    os.dup2(said, 1)
    os.dup2(said, 2)
    sys.exit(main())


def main() -> int:
    """Run the worker with the points laid around what it does."""
    leases.LEASE_SECONDS, leases.SWEEP_SECONDS, working.BEAT = 4, 1, 1.0
    leases.claim = between("before_claim", leases.claim, "after_claim")
    leases.finish = between("before_store", leases.finish, "after_store")
    answers = explain.Explainer.explain

    def explained(self: explain.Explainer, asked: Sequence[Asked]) -> list[Explanation | ValueError]:
        return between("before_explain", lambda: answers(self, asked), "after_explain")()

    explain.Explainer.explain = explained  # type: ignore[method-assign]
    return worker.main([])
