"""How fast heatmaps are: the maps against pytorch-grad-cam, the worker, and from POST to answer.

    python -m tests.bench.heatmap --json -          # about two minutes on 2 CPU cores

Five attributes of one photo against pytorch-grad-cam called once per attribute, whose maps must be the same; photos a
second and the networks' share of the worker's time with 1, 8 and 32 waiting, jobs and answers in SQLite; and with the
real web process and an idle worker, how long a person waits. Status 0 only when every bar is reached.
"""

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from api import clock, leases, vault, working
from api.config import HERE
from api.database import database, open_database, write_transaction
from api.explain import Explainer
from api.tables import Account, HeatmapJob
from tests.bench import maps
from tests.commands import parser, tell
from tests.golden_photos import SERVER_WEIGHTS
from tests.servers import web_process
from tests.workers import Asker, fresh_photo, worker_process
from training.checkpoint import load_weights
from training.distributed import device

BUNDLE = HERE.parent / "mobile_export" / "reference"
KEY = b"k" * 32
WAITING = (1, 8, 32)
TIMES_FASTER, FORWARD_SHARE = 12, 0.7
SLOWER, EXTRA_MS = 1.5, 150  # of the compute time, from POST to answer
POSTS = 25


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print; 0 when all bars are reached."""
    p = parser("tests.bench.heatmap", __doc__)
    p.add_argument("--seconds", type=float, default=4, help="for each figure")
    args = p.parse_args(argv)
    figures: dict[str, Any] = {"maps": maps.measured(load_weights(SERVER_WEIGHTS), device(), args.seconds)}
    with tempfile.TemporaryDirectory() as scratch:
        figures["worker"] = worker_figures(Path(scratch), args.seconds)
    with tempfile.TemporaryDirectory() as scratch:
        figures["person_waits_ms"] = waits(Path(scratch))
    figures["compute_ms"] = figures["worker"]["1"]["ms"]
    figures["missed_bars"] = missed_bars(figures)
    tell(figures, args.json)
    return 1 if figures["missed_bars"] else 0


def worker_figures(scratch: Path, seconds: float) -> dict[str, Any]:
    """What the worker does with so many photos waiting."""
    open_database(f"sqlite:///{scratch}/bench.db")
    explainer = Explainer(BUNDLE, json.loads((BUNDLE / "bundle.json").read_text("utf-8")))
    spent = Spent()
    explainer.maps.of = spent.counting(explainer.maps.of)  # type: ignore[method-assign]
    explainer.grades.of = spent.counting(explainer.grades.of)  # type: ignore[method-assign]
    with database.connection_context():
        account = Account.create(id="a", email="a@example.org", password_hash="", created_at=0)
        rounds = {str(n): _rounds(account, explainer, spent, n, seconds) for n in WAITING}
    explainer.close()
    return rounds


class Spent:
    """Seconds inside the networks."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def counting(self, act: Callable[..., Any]) -> Callable[..., Any]:
        """The same, its time added up."""

        def timed(*given: Any) -> Any:
            begun = time.perf_counter()
            try:
                return act(*given)
            finally:
                self.seconds += time.perf_counter() - begun

        return timed


def _rounds(account: Account, explainer: Explainer, spent: Spent, waiting: int, seconds: float) -> dict[str, Any]:
    """Answer `waiting` photos at a time; medians over the rounds."""
    rng, taken, shares = np.random.default_rng(waiting), [], []
    end = time.perf_counter() + 2 * seconds
    _queue(account, rng, waiting)
    _drain(explainer)  # warm
    while time.perf_counter() < end or len(taken) < 3:
        _queue(account, rng, waiting)
        spent.seconds, begun = 0.0, time.perf_counter()
        _drain(explainer)
        taken.append(time.perf_counter() - begun)
        shares.append(spent.seconds / taken[-1])
    median = statistics.median(taken)
    return {
        "photos_per_s": round(waiting / median, 1),
        "ms": round(1000 * median, 1),
        "forward_share": round(statistics.median(shares), 3),
    }


def _queue(account: Account, rng: np.random.Generator, count: int) -> None:
    for _ in range(count):
        name, photo = rng.bytes(16).hex(), fresh_photo(rng)
        with write_transaction():
            HeatmapJob.create(
                id=name,
                account=account,
                key=name,
                attributes="oil,hydration,wrinkle,pigmentation,sensitivity",
                created_at=clock.now(),
                photo=vault.seal(photo, name, KEY),
            )


def _drain(explainer: Explainer) -> None:
    while jobs := leases.claim(explainer.batch):
        with working.heart(jobs):
            working.handle(jobs, KEY, explainer.explain)


def waits(scratch: Path) -> dict[str, float]:
    """Milliseconds from POST to answer with an idle worker."""
    rng, taken = np.random.default_rng(0), []
    with (
        web_process(scratch, f"sqlite:///{scratch}/bench.db") as server,
        worker_process(server.environment, scratch / "worker.log"),
    ):
        person = Asker(f"http://127.0.0.1:{server.port}", "a@example.org")
        for _ in range(POSTS):
            photo = fresh_photo(rng)
            begun = time.perf_counter()
            ended = person.explained(photo)["status"]
            taken.append(1000 * (time.perf_counter() - begun))
            if ended != "succeeded":
                raise RuntimeError(f"a photo was not explained: {ended}")
            time.sleep(0.3)  # so that the worker is idle again
    return {"p50_ms": round(statistics.median(taken), 1), "max_ms": round(max(taken), 1), "posts": POSTS}


def missed_bars(figures: dict[str, Any]) -> list[str]:
    """What fell short."""
    allowed = SLOWER * figures["compute_ms"] + EXTRA_MS
    bars = {
        "maps.largest_difference": figures["maps"]["largest_difference"] <= maps.DIFFERENCE,
        "maps.times_faster_than_grad_cam": figures["maps"]["times_faster_than_grad_cam"] >= TIMES_FASTER,
        "worker.32.forward_share": figures["worker"]["32"]["forward_share"] >= FORWARD_SHARE,
        "person_waits_ms.p50_ms": figures["person_waits_ms"]["p50_ms"] <= allowed,
    }
    return [name for name, holds in bars.items() if not holds]


if __name__ == "__main__":
    sys.exit(main())
