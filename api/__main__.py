"""Start the API and its heatmap worker with one command; look after accounts.

python -m api serve                      # http://127.0.0.1:8000, SQLite in var/
python -m api serve --host 0.0.0.0 --port 9000
python -m api backup backups/monday.db   # while it runs
python -m api restore backups/monday.db  # with it stopped, as for: python -m api migrate
python -m api admin reset me@example.org # a new recovery code
"""

import argparse
import errno
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from peewee import OperationalError

from api import admin, backup, metrics, migrate, restore, served
from api.config import Config, ConfigError, with_development_secrets
from api.worker import CANNOT

SETTINGS = Path(__file__).with_name("arrival.py")
STOPPING, GRACE = 8, 10  # s that requests have to end, and that a process has before it is killed
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0  # s before a dead worker is started again


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT; 2 with a sentence when it cannot start, 1 when the web process ends by itself."""
    p = argparse.ArgumentParser(
        "python -m api", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = p.add_subparsers(required=True)
    backup.add_parser(commands)
    restore.add_parser(commands)
    migrate.add_parser(commands)
    admin.add_parser(commands)
    metrics.add_parser(commands)
    serve_parser = commands.add_parser("serve", help="web process and heatmap worker")
    serve_parser.add_argument("--host", default="127.0.0.1")
    serve_parser.add_argument("--port", type=int, default=8000)
    args = p.parse_args(argv)
    try:
        if hasattr(args, "run"):
            return args.run(args)
        environment = with_development_secrets(os.environ)
        config = Config.from_environment(environment)
        require_free(args.host, args.port)
        served.require(config.database_url)  # only a look: the web process holds it
        with metrics.exported(config) as shared:
            return serve(args.host, args.port, environment | shared)
    except ConfigError as error:
        print(f"api: {error}", file=sys.stderr)
    except OperationalError as error:
        said = str(error).partition("\n")[0]
        print(f"api: the database cannot be used ({said}): start it, or mend DATABASE_URL", file=sys.stderr)
    return 2


def require_free(host: str, port: int) -> None:
    """Raises `ConfigError` when something answers on that port already."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError) as error:
            taken = isinstance(error, OSError) and error.errno == errno.EADDRINUSE
            reason = "is taken by another program" if taken else "cannot be used"
            raise ConfigError(f"port {port} on {host} {reason}: choose another with PORT=8001 or --port 8001") from None


def serve(host: str, port: int, environment: dict[str, str]) -> int:
    """Run both processes until the web process ends or this one is told to; a dead worker is started again."""
    told: list[int] = []
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda number, _: told.append(number))
    web = start(web_command(host, port), environment)
    worker = Worker(environment)
    shown = f"[{host}]" if ":" in host else host
    print(f"SkinScore on http://{shown}:{port} (API description at /docs); Ctrl-C ends it", file=sys.stderr)
    while not told and web.poll() is None:
        worker.look_after()
        time.sleep(0.1)
    end([web, worker.process])
    return 0 if told else 1


def web_command(host: str, port: int) -> list[str]:
    """One process, whatever WEB_CONCURRENCY says: SQLite gets one queue of writers."""
    bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    one = ["--workers", "1", "--config", str(SETTINGS)]
    rest = ["--graceful-timeout", str(STOPPING), "--log-level", "warning", "--no-control-socket"]
    return [sys.executable, "-m", "gunicorn", "api:create_app()", "--bind", bind, *one, *rest]


def start(command: list[str], environment: dict[str, str]) -> subprocess.Popen:
    """A process in a session of its own: a Ctrl-C reaches only this one, which then ends the others in order."""
    return subprocess.Popen(command, env=environment, start_new_session=True)


def end(processes: Sequence[subprocess.Popen]) -> None:
    """Ask each to end, and kill what does not."""
    for process in processes:
        process.terminate()
    for process in processes:
        try:
            process.wait(GRACE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class Worker:
    """The heatmap worker, started again when it dies; history and models are served meanwhile."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment, self.pause = environment, FIRST_PAUSE / 2
        self.due: float | None = None
        self._start()

    def _start(self) -> None:
        self.process = start([sys.executable, "-m", "api.worker", "--parent", str(os.getpid())], self.environment)
        self.started = time.monotonic()

    def look_after(self) -> None:
        """Start a dead worker after a pause, which doubles while it keeps dying soon."""
        status = self.process.poll()
        if status is None or status == CANNOT:
            return
        at = time.monotonic()
        if self.due is None:
            lived = at - self.started
            self.pause = FIRST_PAUSE if lived > LONGEST_PAUSE else min(self.pause * 2, LONGEST_PAUSE)
            self.due = at + self.pause
            print(f"api: the heatmap worker ended ({status}); it starts again in {self.pause:.0f} s", file=sys.stderr)
        elif at >= self.due:
            self.due = None
            self._start()


if __name__ == "__main__":
    sys.exit(main())
