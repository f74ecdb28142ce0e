"""Prometheus text on a loopback port of its own: what all web processes counted, and how long the queue is.

METRICS_PORT=9464 python -m api serve              # then http://127.0.0.1:9464/metrics
PROMETHEUS_MULTIPROC_DIR=/run/skinscore METRICS_PORT=9464 python -m api metrics    # beside gunicorn --workers 4

Web processes leave their counts in files of PROMETHEUS_MULTIPROC_DIR, which `serve` makes by itself. Started by hand,
they want the same folder, empty at their start.
"""

import argparse
import os
import signal
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from peewee import PeeweeException
from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from api import clock
from api.config import Config, ConfigError
from api.engines import engine

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
QUEUE = "SELECT status, count(*), min(created_at) FROM heatmapjob WHERE status IN ('queued', 'running') GROUP BY status"


class Queue(Collector):
    """Heatmap jobs that wait or are in hand, read from the database at every look."""

    def __init__(self, url: str) -> None:
        self.database = engine(url)

    def collect(self) -> Iterable[Metric]:
        """Without a database only that it is down."""
        up = GaugeMetricFamily("skinscore_database_up", "Whether the database answers")
        try:
            with self.database.connection_context():
                found = {status: (count, at) for status, count, at in self.database.execute_sql(QUEUE).fetchall()}
        except PeeweeException:
            up.add_metric([], 0)
            return [up]
        up.add_metric([], 1)
        jobs = GaugeMetricFamily("skinscore_heatmap_jobs", "Heatmap jobs that are not done", labels=["status"])
        for status in ("queued", "running"):
            jobs.add_metric([status], found.get(status, (0,))[0])
        waiting = GaugeMetricFamily("skinscore_heatmap_waiting_seconds", "Age of the oldest queued heatmap job")
        waiting.add_metric([], max(0, clock.now() - found["queued"][1]) if "queued" in found else 0)
        return [up, jobs, waiting]


def answer(port: int, folder: str, url: str) -> None:
    """Answer on the loopback port, in a thread. Raises `ConfigError` when the folder is missing or the port taken."""
    registry = CollectorRegistry()
    registry.register(Queue(url))
    try:
        MultiProcessCollector(registry, folder)
        start_http_server(port, "127.0.0.1", registry)
    except ValueError:
        raise ConfigError(f"{FOLDER}={folder} is no folder: make it before the web processes start") from None
    except OSError:
        raise ConfigError(f"METRICS_PORT={port} is taken by another program: choose another, or 0 for none") from None


@contextmanager
def exported(config: Config) -> Iterator[dict[str, str]]:
    """Answer while the block runs; what web processes need in their environment. Nothing where METRICS_PORT is 0."""
    if not config.metrics_port:
        yield {}
        return
    with tempfile.TemporaryDirectory(prefix="skinscore-metrics-") as folder:
        answer(config.metrics_port, folder, config.database_url)
        yield {FOLDER: folder}


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The command `metrics`."""
    raw = argparse.RawDescriptionHelpFormatter
    metrics = commands.add_parser(
        "metrics", help="metrics of web processes started by hand", description=__doc__, formatter_class=raw
    )
    metrics.set_defaults(run=run)


def run(_: argparse.Namespace) -> int:
    """Answer until SIGTERM or SIGINT; 2 with a sentence where it cannot."""
    told = {signal.SIGTERM, signal.SIGINT}
    try:
        config = Config.from_environment()
        if not config.metrics_port or not Path(os.environ.get(FOLDER) or "/dev/null").is_dir():
            raise ConfigError(f"set METRICS_PORT, and {FOLDER} to the folder that the web processes have it set to")
        signal.pthread_sigmask(signal.SIG_BLOCK, told)
        answer(config.metrics_port, os.environ[FOLDER], config.database_url)
    except ConfigError as error:
        print(f"api metrics: {error}", file=sys.stderr)
        return 2
    print(f"Metrics on http://127.0.0.1:{config.metrics_port}/metrics; Ctrl-C ends it", file=sys.stderr)
    signal.sigwait(told)
    return 0
