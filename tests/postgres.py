"""A throw-away PostgreSQL cluster on a loopback port, for tests and fault runs; gone when it is closed."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.surroundings import free_port

START_SECONDS = 30


class Missing(RuntimeError):
    """PostgreSQL cannot run here; the text says why."""


class Cluster:
    """Its own data folder, its own port, no password. Raises `Missing`."""

    def __init__(self, durable: bool = False) -> None:
        self.programs = _programs()
        self.user: dict[str, Any] = {"user": _owner()} if os.geteuid() == 0 else {}
        self.folder = Path(tempfile.mkdtemp(prefix="skinscore-pg-"))
        if self.user:
            shutil.chown(self.folder, **self.user)
        self.port, self.durable, self._made = free_port(), durable, 0
        self.server: subprocess.Popen | None = None
        try:
            self._run("initdb", "-D", "data", "-A", "trust", "-U", "skinscore", "-E", "UTF8", "--locale=C", "--no-sync")
            self.start()
        except BaseException:
            self.close()
            raise

    def start(self) -> None:
        """Start the server and wait until it takes connections."""
        network = ["-p", str(self.port), "-h", "127.0.0.1", "-k", str(self.folder)]
        safety = [] if self.durable else ["-c", "fsync=off"]
        command = [str(self.programs / "postgres"), "-D", "data", *network, *safety]
        with (self.folder / "log").open("ab") as log:
            self.server = subprocess.Popen(command, cwd=self.folder, stdout=log, stderr=log, **self.user)
        end = time.monotonic() + START_SECONDS
        while not self._ready():
            if self.server.poll() is not None or time.monotonic() > end:
                raise Missing(f"PostgreSQL does not start: {(self.folder / 'log').read_text()[-400:]}")
            time.sleep(0.05)

    def _ready(self) -> bool:
        asked = [str(self.programs / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        return subprocess.run(asked, check=False).returncode == 0

    def stop(self) -> None:
        """Fast shutdown: sessions are cut, what was committed stays."""
        if self.server is None:
            return
        self.server.send_signal(signal.SIGINT)
        try:
            self.server.wait(START_SECONDS)
        except subprocess.TimeoutExpired:
            self.server.kill()
            self.server.wait()

    def database(self) -> str:
        """The URL of a new, empty database."""
        self._made += 1
        name = f"skinscore_{self._made}"
        self._run("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", "skinscore", name)
        return f"postgresql://skinscore@127.0.0.1:{self.port}/{name}"

    def dump(self, url: str) -> bytes:
        """All that a database holds, as pg_dump tells it."""
        return subprocess.run([str(self.programs / "pg_dump"), url], capture_output=True, check=True).stdout

    def close(self) -> None:
        """Stop and remove everything."""
        self.stop()
        shutil.rmtree(self.folder)

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self.programs / program), *arguments]
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False, **self.user)
        if done.returncode:
            raise Missing(f"{program} failed: {done.stderr.strip()}")


def _programs() -> Path:
    try:
        import psycopg  # noqa: F401
    except ImportError:
        raise Missing("psycopg is not installed: pip install -r api/requirements.txt") from None
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        if (folder / "initdb").exists():
            return folder
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    raise Missing("PostgreSQL is not installed: apt-get install postgresql")


def _owner() -> str:
    try:
        return pwd.getpwnam("postgres").pw_name
    except KeyError:
        raise Missing("PostgreSQL refuses to run as root and there is no user postgres") from None
