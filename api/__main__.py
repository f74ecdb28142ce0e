"""Start the API and its heatmap worker with one command.

python -m api serve                      # http://127.0.0.1:8000, SQLite in var/
python -m api serve --host 0.0.0.0 --port 9000
"""

import argparse
import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from api.config import Config, ConfigError, with_development_secrets
from api.database import sqlite_path

THREADS = 8
GRACE = 10  # s between asking a process to end and ending it


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT; 2 with a sentence when it cannot start, 1 when a process ends by itself."""
    p = argparse.ArgumentParser(
        "python -m api", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    serve_parser = p.add_subparsers(required=True).add_parser("serve", help="web process and heatmap worker")
    serve_parser.add_argument("--host", default="127.0.0.1")
    serve_parser.add_argument("--port", type=int, default=8000)
    args = p.parse_args(argv)
    try:
        environment = with_development_secrets(os.environ)
        config = Config.from_environment(environment)
        require_free(args.host, args.port)
        lock = only_one(sqlite_path(config.database_url))
    except ConfigError as error:
        print(f"api: {error}", file=sys.stderr)
        return 2
    with lock:
        return serve(args.host, args.port, environment)


def require_free(host: str, port: int) -> None:
    """Raises `ConfigError` when something answers on that port already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            reason = "is taken by another program" if error.errno == 98 else "cannot be used"
            raise ConfigError(f"port {port} on {host} {reason}: choose another with PORT=8001 or --port 8001") from None


def only_one(path: Path) -> IO[str]:
    """A lock that one server holds per SQLite file, since two would each queue their own writers."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = path.with_name(path.name + ".lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        raise ConfigError(f"another server uses {path}: stop it, or set DATABASE_URL to another file") from None
    return lock


def serve(host: str, port: int, environment: dict[str, str]) -> int:
    """Run both processes until one ends or this one is told to."""
    web = [
        sys.executable,
        "-m",
        "gunicorn",
        "api:create_app()",
        "--bind",
        f"{host}:{port}",
        "--worker-class",
        "gthread",
    ]
    web += ["--threads", str(THREADS), "--log-level", "warning", "--no-control-socket"]
    worker = [sys.executable, "-m", "api.worker", "--parent", str(os.getpid())]
    told: list[int] = []
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda number, _: told.append(number))
    # Sessions of their own: a Ctrl-C reaches this process only, which then ends both in order.
    processes = [subprocess.Popen(command, env=environment, start_new_session=True) for command in (web, worker)]
    print(f"SkinScore on http://{host}:{port} (API description at /docs); Ctrl-C ends it", file=sys.stderr)
    while not told and all(process.poll() is None for process in processes):
        time.sleep(0.1)
    for process in processes:
        process.terminate()
    for process in processes:
        try:
            process.wait(GRACE)
        except subprocess.TimeoutExpired:
            process.kill()
    return 0 if told else 1


if __name__ == "__main__":
    sys.exit(main())
