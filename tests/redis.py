"""A throw-away Redis on a loopback port, for tests and fault runs; gone when it is closed."""

import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from tests.postgres import Missing
from tests.surroundings import free_port

START_SECONDS = 30


class Redis:
    """Its own folder and port, nothing kept on disk. Raises `Missing`."""

    def __init__(self) -> None:
        program = shutil.which("redis-server")
        if program is None:
            raise Missing("Redis is not installed: apt-get install redis-server")
        self.folder, self.port = Path(tempfile.mkdtemp(prefix="skinscore-redis-")), free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.command = [program, "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder)]
        self.command += ["--save", "", "--appendonly", "no", "--logfile", str(self.folder / "log")]
        self.start()

    def start(self) -> None:
        """Start it and wait until it answers."""
        self.server = subprocess.Popen(self.command, stdout=subprocess.DEVNULL)
        end = time.monotonic() + START_SECONDS
        while not self._answers():
            if self.server.poll() is not None or time.monotonic() > end:
                raise Missing("Redis does not start")
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), 1) as line:
                line.sendall(b"PING\r\n")
                return line.recv(16).startswith(b"+PONG")
        except OSError:
            return False

    def stop(self) -> None:
        """End it; what it held is gone."""
        self.server.terminate()
        self.server.wait(START_SECONDS)

    def close(self) -> None:
        """Stop and remove everything."""
        self.stop()
        shutil.rmtree(self.folder)
