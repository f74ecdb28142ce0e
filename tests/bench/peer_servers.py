"""What a server must offer to be measured beside others, and ours in that shape."""

import contextlib
import json
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path
from typing import Any

from tests.bench.hammer import CLIENTS, request
from tests.bench.sync import BATCH, LIST, bearer, looks, pushes
from tests.people import Person
from tests.servers import web_process

START_SECONDS = 60
# For each kind what makes every client's requests, once the kinds before have run, and the status of a good answer.
Asked = dict[str, tuple[Callable[[], list[Iterator[bytes]]], bytes]]


@dataclass(frozen=True)
class Peer:
    """A running server."""

    port: int
    durability: str
    asked: Asked


@contextmanager
def ours(folder: Path, url: str, durability: str) -> Iterator[Peer]:
    """The web process as `python -m api serve` starts it."""
    with web_process(folder, url) as server:
        people = [Person(server.port) for _ in range(CLIENTS)]

        listing = f"/v1/sync?limit={LIST}"
        asked: Asked = {
            "create": (lambda: [pushes(one, 1, 0) for one in people], b"200"),
            "batch": (lambda: [pushes(one, BATCH, 1_000_000) for one in people], b"200"),
            "list": (lambda: [repeat(request("GET", listing, bearer(one))) for one in people], b"200"),
            "unchanged": (lambda: [looks(one) for one in people], b"304"),
        }
        yield Peer(server.port, durability, asked)
        for one in people:
            one.line.close()


def ask(port: int, method: str, path: str, body: Any = None, authorization: str = "") -> Any:
    """JSON of one answer. Raises RuntimeError with what the server said when it refused."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"} | ({"Authorization": authorization} if authorization else {})
    asked = urllib.request.Request(f"http://127.0.0.1:{port}{path}", data, headers, method=method)
    try:
        with urllib.request.urlopen(asked, timeout=60) as answer:
            return json.loads(answer.read() or b"null")
    except urllib.error.HTTPError as error:
        raise RuntimeError(f"{method} {path}: {error.code} {error.read()[:300]!r}") from None


@contextmanager
def running(command: Sequence[str], folder: Path, port: int, path: str) -> Iterator[None]:
    """A server process, once `path` is answered; ended afterwards."""
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
    try:
        end = time.monotonic() + START_SECONDS
        while not _answers(port, path):
            if process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"no answer: {(folder / 'log').read_text()[-1000:]}")
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait(30)


def _answers(port: int, path: str) -> bool:
    with contextlib.suppress(OSError, RuntimeError):
        ask(port, "GET", path)
        return True
    return False
