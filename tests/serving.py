"""The whole server as an operator starts it, `python -m api serve`: a parent with its web process and its worker."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import requests

from tests.servers import ROOT
from tests.surroundings import free_port, until


@contextlib.contextmanager
def serving(folder: Path, model_dir: Path) -> Iterator[tuple[str, subprocess.Popen, Path]]:
    """Its URL once it answers, its process and its log; ended afterwards."""
    port, log = free_port(), folder / "log"
    environment = os.environ | {
        "DATABASE_URL": f"sqlite:///{folder / 'a.db'}",
        "MODEL_DIR": str(model_dir),
        "WEB_CONCURRENCY": "4",
    }
    with log.open("wb") as out:
        command = [sys.executable, "-m", "api", "serve", "--port", str(port)]
        process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=out, stderr=out)
    url = f"http://127.0.0.1:{port}"
    try:
        until(lambda: requests.get(f"{url}/healthz", timeout=2).ok)
        yield url, process, log
    finally:
        if process.poll() is None:
            process.terminate()
        process.wait(30)
