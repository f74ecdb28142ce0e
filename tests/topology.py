"""What compose.yaml describes, as processes on loopback: Caddy with TLS, web processes, workers, PostgreSQL, Redis.

Commands and settings are read from compose.yaml, so that what is tested is what is shipped; only names of hosts and
paths inside containers are put in place.
"""

import contextlib
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import requests
import yaml

from tests.golden_photos import REFERENCE
from tests.postgres import Cluster, Missing
from tests.redis import Redis
from tests.servers import ROOT
from tests.surroundings import free_port

START_SECONDS = 240
BINARIES = Path(sys.executable).parent


class Topology:
    """Running processes by the name of their service, and the URL that people use."""

    def __init__(self, folder: Path, database: str, queue: Redis) -> None:
        self.folder = folder
        self.compose = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
        self.running: dict[str, list[subprocess.Popen]] = {"web": [], "worker": [], "caddy": []}
        self.ports: list[int] = []
        made = {"JWT_KEYS": f"k:{secrets.token_hex(32)}", "REFRESH_KEY": secrets.token_hex(32)}
        self.made = made | {"PHOTO_KEY": secrets.token_hex(32), "POSTGRES_PASSWORD": ""}
        self.places = {
            "postgresql://skinscore:@postgres:5432/skinscore": database,
            "redis://redis:6379": queue.url.removesuffix("/0"),
            "/bundle": str(REFERENCE),
            "/ledger/erased": str(folder / "erased"),
        }

    def settings(self, service: str) -> dict[str, str]:
        """A service's environment as compose.yaml gives it, in the places of this machine."""
        given = {name: str(value) for name, value in self.compose["services"][service]["environment"].items()}
        return {name: self._placed(re.sub(r"\$\{(\w+):\?\}", self._secret, value)) for name, value in given.items()}

    def _secret(self, match: re.Match[str]) -> str:
        return self.made[match[1]]

    def _placed(self, value: str) -> str:
        for there, here in self.places.items():
            value = value.replace(there, here)
        return value

    def start(self, service: str) -> subprocess.Popen:
        """One more process of `web` or `worker`."""
        program, *given = self.compose["services"][service]["command"]
        if service == "web":
            self.ports.append(free_port())
            given = [part.replace("0.0.0.0:8000", f"127.0.0.1:{self.ports[-1]}") for part in given]
        return self._run(service, [str(BINARIES / program), *given], self.settings(service))

    def start_caddy(self) -> None:
        """TLS in front of all web processes."""
        program = shutil.which("caddy")
        if program is None:
            raise Missing("Caddy is not installed: apt-get install caddy")
        port = free_port()
        self.url = f"https://localhost:{port}"
        upstreams = " ".join(f"127.0.0.1:{one}" for one in self.ports)
        settings = {"SITE": self.url, "WEB": upstreams, "HTTP_PORT": str(free_port())}
        settings |= {"XDG_DATA_HOME": str(self.folder), "HOME": str(self.folder)}
        configuration = ROOT / "deploy" / "Caddyfile"
        self._run("caddy", [program, "run", "--adapter", "caddyfile", "--config", str(configuration)], settings)
        self.authority = self.folder / "caddy" / "pki" / "authorities" / "local" / "root.crt"

    def _run(self, service: str, command: list[str], settings: dict[str, str]) -> subprocess.Popen:
        with (self.folder / f"{service}.log").open("ab") as log:
            bare = {name: os.environ[name] for name in ("PATH", "OMP_NUM_THREADS") if name in os.environ}
            process = subprocess.Popen(
                command, env=bare | settings, cwd=ROOT, stdout=log, stderr=log, start_new_session=True
            )
        self.running[service].append(process)
        return process

    def wait(self) -> None:
        """Until TLS answers and every worker is ready. Raises RuntimeError with the ends of the logs."""
        end = time.monotonic() + START_SECONDS
        while not self._ready():
            if time.monotonic() > end or any(p.poll() is not None for p in sum(self.running.values(), [])):
                raise RuntimeError("\n".join(self.log(name)[-1500:] for name in self.running))
            time.sleep(0.1)

    def _ready(self) -> bool:
        with contextlib.suppress(requests.RequestException, OSError):
            answers = requests.get(f"{self.url}/readyz", verify=str(self.authority), timeout=5).ok
            return answers and self.log("worker").count("ready on") >= len(self.running["worker"])
        return False

    def log(self, service: str) -> str:
        """What a service's processes said."""
        file = self.folder / f"{service}.log"
        return file.read_text("utf-8", "replace") if file.exists() else ""

    def kill(self, service: str, number: int) -> None:
        """SIGKILL to a process and its children."""
        process = self.running[service].pop(number)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def end(self) -> None:
        """Stop everything."""
        for process in sum(self.running.values(), []):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
        for process in sum(self.running.values(), []):
            process.wait(60)


@contextlib.contextmanager
def topology(folder: Path, webs: int, workers: int) -> Iterator[Topology]:
    """All of it, ready. Raises `Missing` where a server is not installed."""
    with ExitStack() as stack:
        cluster, queue = (stack.enter_context(closing(one())) for one in (Cluster, Redis))
        all_of_it: Any = Topology(folder, cluster.database(), queue)
        try:
            for service, count in (("web", webs), ("worker", workers)):
                for _ in range(count):
                    all_of_it.start(service)
            all_of_it.start_caddy()
            all_of_it.wait()
            yield all_of_it
        finally:
            all_of_it.end()
