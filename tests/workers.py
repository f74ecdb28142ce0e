"""The real heatmap worker as a process, beside a web process of `tests.servers`."""

import contextlib
import io
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import requests
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from tests.golden_photos import golden_inputs
from tests.people import PASSWORD
from tests.servers import ROOT

START_SECONDS = 240  # torch is slow to import on a busy machine


class WorkerProcess:
    """A worker in the environment of a web process; start it again as often as you like."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        self.environment, self.log = environment, log

    def start(self) -> None:
        """Start it; `wait` tells when it takes jobs."""
        self.from_here = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("ab") as log:
            command = [sys.executable, "-m", "api.worker"]
            self.process = subprocess.Popen(command, env=self.environment, cwd=ROOT, stdout=log, stderr=log)

    def wait(self) -> None:
        """Wait until it is ready. Raises RuntimeError with the end of its log."""
        end = time.monotonic() + START_SECONDS
        while b"ready on" not in self.log.read_bytes()[self.from_here :]:
            if self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"the worker does not start: {self.log.read_text()[-2000:]}")
            time.sleep(0.05)

    def stop(self) -> None:
        """End it in order, if it runs."""
        self.process.terminate()
        self.process.wait(60)

    def kill(self) -> None:
        """SIGKILL: nothing is tidied up."""
        self.process.kill()
        self.process.wait(60)


@contextlib.contextmanager
def worker_process(environment: dict[str, str], log: Path) -> Iterator[WorkerProcess]:
    """A worker that is ready, ended afterwards."""
    worker = WorkerProcess(environment, log)
    worker.start()
    try:
        worker.wait()
        yield worker
    finally:
        worker.stop()


class Asker:
    """Somebody who agreed to heatmaps, asking a server at `url`."""

    def __init__(self, url: str, email: str, verify: str | bool = True) -> None:
        self.url, self.session = url, requests.Session()
        self.session.verify, self.session.trust_env = verify, False  # or REQUESTS_CA_BUNDLE would win
        body = {"email": email, "password": PASSWORD, "consents": {"sync": True, "heatmap": True}}
        answer = self.session.post(f"{url}/v1/auth/register", json=body, timeout=60)
        answer.raise_for_status()
        self.session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def ask(self, photo: bytes, wait: float = 0, **query: str) -> requests.Response:
        """The answer to a photo."""
        headers = {"Content-Type": "image/png", "Prefer": f"wait={wait:.0f}"}
        return self.session.post(f"{self.url}/v1/heatmaps", photo, params=query, headers=headers, timeout=60)

    def look(self, job: str, wait: float = 0) -> dict:
        """Where a job stands."""
        headers = {"Prefer": f"wait={wait:.0f}"}
        return self.session.get(f"{self.url}/v1/heatmaps/{job}", headers=headers, timeout=60).json()

    def explained(self, photo: bytes, **query: str) -> dict:
        """How a photo's job ended."""
        answer = self.ask(photo, wait=10, **query).json()
        while answer["status"] in ("queued", "running"):
            answer = self.look(answer["id"], wait=10)
        return answer if "job" not in answer else self.look(answer["job"])

    def forget(self, job: str) -> int:
        """Cancel; the status."""
        return self.session.delete(f"{self.url}/v1/heatmaps/{job}", timeout=60).status_code


def fresh_photo(rng: np.random.Generator, marker: str = "") -> bytes:
    """A PNG that no one sent before, of a golden photo; `marker` goes into its metadata and, as bytes, its pixels."""
    pixels = golden_inputs(12)[int(rng.integers(12))].copy()
    pixels[0] = rng.integers(0, 256, pixels[0].shape, np.uint8)
    held, told = io.BytesIO(), PngInfo()
    if marker:
        pixels.reshape(-1)[: len(marker)] = np.frombuffer(marker.encode(), np.uint8)
        told.add_text("Comment", marker)
    Image.fromarray(pixels).save(held, "PNG", pnginfo=told, compress_level=0)
    return held.getvalue()
