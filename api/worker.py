"""The heatmap worker: takes jobs from the table until it is told to stop.

    python -m api.worker            # with the same DATABASE_URL, QUEUE_URL, MODEL_DIR and PHOTO_KEY as the web process

`python -m api serve` starts one, and another when it dies; more may run, also elsewhere. A SIGTERM lets the jobs in
hand finish; a kill costs them a retry. Ends when another bundle is published, to be started again; with status 2 and a
sentence where it can never work: wrong settings, no bundle, no torch.
"""

import argparse
import logging
import os
import resource
import signal
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from types import FrameType
from typing import TYPE_CHECKING, Any

from api import logs, working
from api.config import Config, ConfigError
from api.database import open_database
from api.doorbell import open_doorbell
from api.models import held

if TYPE_CHECKING:
    from api.explain import Explainer

CANNOT = 2  # exit status: starting again will not help
LOOK_SECONDS = 1.0  # between two looks into MODEL_DIR, which may lie on a slow disk and hold many bundles
log = logging.getLogger("skinscore.worker")


def main(argv: Sequence[str] | None = None) -> int:
    """Work until SIGTERM, SIGINT, or the end of the parent process."""
    p = argparse.ArgumentParser("python -m api.worker", description="Take heatmap jobs from the table.")
    p.add_argument("--parent", type=int, help="leave when this process is gone")
    args = p.parse_args(argv)
    logs.configure(log_requests=False)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold a photo
    try:
        config = Config.from_environment()
        bell = open_doorbell(config)
        explainer = prepare(config)
    except ConfigError as error:
        print(f"api.worker: {error}", file=sys.stderr)
        return CANNOT
    stopping = Stop()
    log.info("ready on %s", explainer.device)
    rounds = working.Rounds(
        bell, explainer.batch, lambda jobs: working.handle(jobs, config.photo_key, explainer.explain)
    )
    left_behind = Seldom(lambda: replaced(config, explainer.bundle))
    rounds.until(lambda: stopping() or orphaned(args.parent) or left_behind())
    explainer.close()
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
        if replaced(config, bundle.data):  # its files went while torch was imported
            return prepare(config)
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


class Seldom:
    """A question that is asked again only after LOOK_SECONDS; until then its last answer holds."""

    def __init__(self, ask: Callable[[], bool]) -> None:
        self.ask, self.answer, self.due = ask, False, 0.0

    def __call__(self) -> bool:
        if time.monotonic() >= self.due:
            self.answer, self.due = self.ask(), time.monotonic() + LOOK_SECONDS
        return self.answer


def replaced(config: Config, bundle: dict[str, Any]) -> bool:
    """Whether another bundle is current by now: the worker ends, and the next one loads that."""
    with suppress(LookupError):
        return held.current(config.model_dir).data != bundle
    return False


if __name__ == "__main__":
    sys.exit(main())
