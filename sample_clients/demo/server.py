"""Run the real server for the demo, in a process of its own, and end it again."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

START_SECONDS = 90


class ServerDied(RuntimeError):
    """The server did not start, or ended early; the text says what to do."""


@contextmanager
def running_server(port: int, scratch: Path, web_root: Path) -> Iterator[tuple[str, subprocess.Popen]]:
    """The base URL of a ready API with its worker, on SQLite in `scratch`, with `web_root` as the page at `/`."""
    _require_free(port)
    environment = os.environ | {
        "DATABASE_URL": f"sqlite:///{scratch / 'skinscore.db'}",
        "WEB_ROOT": str(web_root),
        "JWT_KEYS": f"demo:{secrets.token_hex(32)}",
        "REFRESH_KEY": secrets.token_hex(32),
        "PHOTO_KEY": secrets.token_hex(32),
    }
    command = [sys.executable, "-m", "api", "serve", "--port", str(port)]
    log = scratch / "server.log"
    with log.open("wb") as out:
        process = subprocess.Popen(command, env=environment, stdout=out, stderr=out, start_new_session=True)
    try:
        url = f"http://127.0.0.1:{port}"
        _wait(url, process, log)
        yield url, process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def free_port() -> int:
    """A port of loopback that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _require_free(port: int) -> None:
    """Another program's answers on that port must not be taken for our server's."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise ServerDied(f"port {port} is taken by another program: choose another with PORT={port + 1}") from None


def _wait(url: str, process: subprocess.Popen, log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    session = requests.Session()
    session.trust_env = False  # no proxy leads back to this machine
    while time.monotonic() < until:
        if process.poll() is not None:
            said = log.read_text("utf-8", "replace").strip().splitlines() or ["it said nothing"]
            raise ServerDied(said[-1].removeprefix("api: "))
        try:
            if session.get(f"{url}/readyz", timeout=2).json().get("worker"):
                return
        except (requests.RequestException, ValueError):
            pass
        time.sleep(0.1)
    raise ServerDied(f"the server was not ready after {START_SECONDS} s; its log is {log}")
