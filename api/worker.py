"""The heatmap worker: takes jobs from the table until it is told to stop.

    python -m api.worker            # with the same DATABASE_URL, MODEL_DIR and PHOTO_KEY as the web process

`python -m api serve` starts one, and another when it dies. A SIGTERM lets the job in hand finish; a kill costs it a
retry. Ends when another bundle is published, to be started again; with status 2 and a sentence where it can never work:
wrong settings, no bundle, no torch.
"""

import argparse
import logging
import math
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from types import FrameType
from typing import TYPE_CHECKING

from peewee import PeeweeException

from api import jobs, logs, vault
from api.config import Config, ConfigError
from api.database import database, open_database
from api.models import held
from api.tables import HeatmapJob

if TYPE_CHECKING:
    from api.explain import Explainer

CANNOT = 2  # exit status: starting again will not help
IDLE = 0.05  # s between looks at an empty queue
BEAT = 5.0  # s
LONGEST = 120.0  # s that one photo may take before the worker gives itself up
log = logging.getLogger("skinscore.worker")


def main(argv: Sequence[str] | None = None) -> int:
    """Work until SIGTERM, SIGINT, or the end of the parent process."""
    p = argparse.ArgumentParser("python -m api.worker", description="Take heatmap jobs from the table.")
    p.add_argument("--parent", type=int, help="leave when this process is gone")
    args = p.parse_args(argv)
    logs.configure(log_requests=False)
    try:
        config = Config.from_environment()
        explainer = prepare(config)
    except ConfigError as error:
        print(f"api.worker: {error}", file=sys.stderr)
        return CANNOT
    stopping = Stop()
    log.info("ready on %s", explainer.device)
    with database.connection_context():
        work(
            lambda job: handle(job, config.photo_key, explainer.explain),
            lambda: stopping() or orphaned(args.parent) or replaced(config, explainer),
        )
    return 0


def prepare(config: Config) -> "Explainer":
    """Open the database and load the bundle. Raises `ConfigError` where starting again cannot help."""
    try:
        bundle = held.current(config.model_dir)
    except LookupError as error:
        raise ConfigError(str(error)) from None
    try:
        open_database(config.database_url)
        from api.explain import Explainer  # torch takes seconds to import; say what is wrong with the settings first

        return Explainer(bundle.folder, bundle.data)
    except ImportError as error:
        raise ConfigError(f"heatmaps need {error.name}: pip install -r requirements.txt") from None
    except (LookupError, StopIteration):
        raise ConfigError(f"{bundle.folder / 'bundle.json'} describes no model that explains photos") from None
    except (OSError, ValueError) as error:
        raise ConfigError(str(error)) from None


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


def replaced(config: Config, explainer: "Explainer") -> bool:
    """Whether another bundle is current by now: the worker ends, and the next one loads that."""
    with suppress(LookupError):
        return held.current(config.model_dir).data != explainer.bundle
    return False


def work(handler: Callable[[HeatmapJob], None], stopped: Callable[[], bool]) -> None:
    """Beat, reap, claim and handle, until stopped."""
    beaten = reaped = -math.inf
    while not stopped():
        at = time.monotonic()
        if at - beaten >= BEAT:
            jobs.beat()
            beaten = at
        if at - reaped >= jobs.SWEEP_SECONDS:
            jobs.reap()
            reaped = at
        job = jobs.claim()
        if job is None:
            time.sleep(IDLE)
        else:
            with heart(job):
                handler(job)


@contextmanager
def heart(job: HeatmapJob) -> Iterator[None]:
    """Beat for the worker and renew the job's lease while it is in hand."""
    done = threading.Event()
    thread = threading.Thread(target=_beat_until, args=(job, done), daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _beat_until(job: HeatmapJob, done: threading.Event) -> None:
    started = time.monotonic()
    while not done.wait(BEAT):
        if time.monotonic() - started > LONGEST:
            log.error("job %s hangs: the worker ends, the lease runs out, another one tries", job.id)
            os._exit(1)  # nothing less stops a decoder or a kernel that does not return
        try:
            with database.connection_context():
                jobs.beat()
                jobs.renew(job)
        except PeeweeException:  # a locked or full disk: the lease outlasts several beats
            log.exception("job %s: the lease could not be renewed", job.id)


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
        log.exception("job %s failed, try %s", job.id, job.attempts)
        jobs.retry(job)
    else:
        for key, answer in explained.result["attributes"].items():
            answer["href"] = f"/v1/heatmaps/{job.id}/{key}.png"
        jobs.finish(job, explained.result, explained.layers)


if __name__ == "__main__":
    sys.exit(main())
