"""The real web process (gunicorn, one worker, its threads) on a port of its own, for fault runs and timings."""

import contextlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from api.__main__ import web_command
from tests.surroundings import free_port

ROOT = Path(__file__).parents[1]
START_SECONDS = 60
APP = "api:create_app()"


class WebProcess:
    """A server on a database; stop and start it as often as you like, its secrets stay."""

    def __init__(self, folder: Path, url: str, app: str = APP) -> None:
        self.port, self.folder, self.app = free_port(), folder, app
        self.environment = os.environ | {
            "DATABASE_URL": url,
            "JWT_KEYS": f"k:{secrets.token_hex(32)}",
            "REFRESH_KEY": secrets.token_hex(32),
            "PHOTO_KEY": secrets.token_hex(32),
            "ERASURE_LEDGER": str(folder / "erased"),
            "SIGN_IN_LIMIT": "100000 per hour",  # all of a run's people share one address
        }

    def start(self) -> None:
        """Start it and wait until it answers."""
        command = [self.app if part == APP else part for part in web_command("127.0.0.1", self.port)]
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(command, env=self.environment, cwd=ROOT, stdout=log, stderr=log)
        self.wait()

    def wait(self) -> None:
        """Wait until it answers. Raises RuntimeError with the end of its log."""
        end = time.monotonic() + START_SECONDS
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"no answer: {(self.folder / 'server.log').read_text()[-2000:]}")
            time.sleep(0.02)

    def _answers(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 2) as one:
            one.settimeout(2)
            one.sendall(b"GET /healthz HTTP/1.0\r\n\r\n")
            return b" 200 " in one.recv(64)
        return False

    def workers(self) -> list[int]:
        """Process ids of the web workers: one, unless it is being started again."""
        listed = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(pid) for pid in listed.split()]

    def operate(self, *command: str) -> None:
        """What an operator does with the database, such as `backup FILE`."""
        run = [sys.executable, "-m", "api", *command]
        subprocess.run(run, env=self.environment, cwd=ROOT, check=True, capture_output=True)

    def stop(self) -> None:
        """End it in order."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)


@contextlib.contextmanager
def web_process(folder: Path, url: str, app: str = APP) -> Iterator[WebProcess]:
    """A running server, ended afterwards."""
    server = WebProcess(folder, url, app)
    server.start()
    try:
        yield server
    finally:
        server.stop()
