"""The heatmap worker: takes jobs from the table until it is told to stop.

    python -m api.worker            # with the same DATABASE_URL, MODEL_DIR and PHOTO_KEY as the web process

`python -m api serve` starts one. A SIGTERM lets the job in hand finish; a kill costs it a retry.
"""

import argparse
import json
import logging
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from types import FrameType

from api import jobs, vault
from api.config import Config, ConfigError
from api.database import HeatmapJob, database, open_database

IDLE = 0.05  # s between looks at an empty queue
BEAT, REAP = 5.0, 15.0  # s
log = logging.getLogger("skinscore.worker")


def main(argv: Sequence[str] | None = None) -> int:
    """Work until SIGTERM, SIGINT, or the end of the parent process."""
    p = argparse.ArgumentParser("python -m api.worker", description="Take heatmap jobs from the table.")
    p.add_argument("--parent", type=int, help="leave when this process is gone")
    args = p.parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    try:
        config = Config.from_environment()
        bundle = json.loads((config.model_dir / "bundle.json").read_text("utf-8"))
    except (ConfigError, OSError, ValueError) as error:
        print(f"api.worker: {error}", file=sys.stderr)
        return 2
    open_database(config.database_url)
    from api.explain import Explainer  # torch takes seconds to import; say what is wrong with the settings first

    explainer = Explainer(config.model_dir, bundle)
    stopping = Stop()
    log.info("ready on %s", explainer.device)
    with database.connection_context():
        work(lambda job: handle(job, config.photo_key, explainer.explain), lambda: stopping() or orphaned(args.parent))
    return 0


class Stop:
    """True once the process was asked to end."""

    def __init__(self) -> None:
        self.asked = False
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, self._ask)

    def _ask(self, _: int, __: FrameType | None) -> None:
        self.asked = True

    def __call__(self) -> bool:
        return self.asked


def orphaned(parent: int | None) -> bool:
    """Whether the process that started this one is gone."""
    return parent is not None and os.getppid() != parent


def work(handler: Callable[[HeatmapJob], None], stopped: Callable[[], bool]) -> None:
    """Beat, reap, claim and handle, until stopped."""
    beaten = reaped = -REAP
    while not stopped():
        at = time.monotonic()
        if at - beaten >= BEAT:
            jobs.beat()
            beaten = at
        if at - reaped >= REAP:
            jobs.reap()
            reaped = at
        job = jobs.claim()
        if job is None:
            time.sleep(IDLE)
        else:
            handler(job)


def handle(job: HeatmapJob, photo_key: bytes, explain: Callable) -> None:
    """Explain one job's photo and store the answer, or the problem."""
    from training.photo import PhotoError
    from training.preprocess import PhotoTooSmall

    try:
        photo = vault.unseal(bytes(job.photo or b""), job.id, photo_key)
        explained = explain(photo, job.attributes.split(","))
    except (PhotoError, PhotoTooSmall) as error:
        jobs.fail(job, "photo-rejected", str(error))
    except vault.Unreadable as error:
        log.error("job %s: %s", job.id, error)
        jobs.fail(job, "internal", "the server's keys do not match")
    except Exception:
        log.exception("job %s failed", job.id)
        jobs.fail(job, "poison")
    else:
        for key, answer in explained.result["attributes"].items():
            answer["href"] = f"/v1/heatmaps/{job.id}/{key}.png"
        jobs.finish(job, explained.result, explained.layers)


if __name__ == "__main__":
    sys.exit(main())
