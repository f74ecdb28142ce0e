"""Kinto as `kinto init` writes it, with logging at warnings: each account's default bucket holds its records."""

import base64
import json
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import repeat
from pathlib import Path
from urllib.request import Request, urlopen

from tests.api.helpers import score
from tests.bench.hammer import CLIENTS, request
from tests.bench.peer_servers import Asked, Peer, ask, running
from tests.bench.sync import BATCH, LIST
from tests.surroundings import free_port

RECORDS = "/v1/buckets/default/collections/scores/records"
BODY = json.dumps({"data": {key: value for key, value in score(0).items() if key != "id"}}).encode()  # it makes the id
PASSWORD = "a long password"


@contextmanager
def kinto(programs: Path, folder: Path, database: str | None) -> Iterator[Peer]:
    """A running Kinto, its records in memory or in PostgreSQL."""
    port, command = free_port(), str(programs / "kinto")
    backend = ["--backend", "postgresql" if database else "memory", "--cache-backend", "memory"]
    subprocess.run([command, "init", "--ini", "kinto.ini", "--host", "127.0.0.1", *backend], cwd=folder, check=True)
    _settle(folder / "kinto.ini", database)
    if database:
        subprocess.run([command, "migrate", "--ini", "kinto.ini"], cwd=folder, check=True, capture_output=True)
    serve = [command, "start", "--ini", "kinto.ini", "--port", str(port)]
    with running(serve, folder, port, "/v1/__heartbeat__"):
        clients = [_account(port, f"client{n}") for n in range(CLIENTS)]
        yield Peer(port, "fsync at every commit" if database else "none", _asked(port, clients))


def _settle(ini: Path, database: str | None) -> None:
    text = ini.read_text().replace("level = INFO", "level = WARNING").replace("level = DEBUG", "level = WARNING")
    if database:
        text = re.sub("(?m)^(kinto.(?:storage|permission)_url) *=.*$", rf"\1 = {database}", text)
    ini.write_text(text)


def _account(port: int, name: str) -> str:
    ask(port, "PUT", f"/v1/accounts/{name}", {"data": {"password": PASSWORD}})
    authorization = "Basic " + base64.b64encode(f"{name}:{PASSWORD}".encode()).decode()
    ask(port, "POST", RECORDS, json.loads(BODY), authorization)  # a password is slow once, then cached
    return authorization


def _asked(port: int, clients: list[str]) -> Asked:
    one = {"method": "POST", "path": RECORDS.removeprefix("/v1"), "body": json.loads(BODY)}
    batch = json.dumps({"requests": [one] * BATCH}).encode()
    page = f"{RECORDS}?_limit={LIST}"
    return {
        "create": (lambda: [repeat(request("POST", RECORDS, who, BODY)) for who in clients], b"201"),
        "batch": (lambda: [repeat(request("POST", "/v1/batch", who, batch)) for who in clients], b"200"),
        "list": (lambda: [repeat(request("GET", page, who)) for who in clients], b"200"),
        "unchanged": (lambda: [_unchanged(port, page, who) for who in clients], b"304"),
    }


def _unchanged(port: int, page: str, who: str) -> Iterator[bytes]:
    with urlopen(Request(f"http://127.0.0.1:{port}{page}", headers={"Authorization": who}), timeout=60) as answer:
        etag = answer.headers["ETag"]
    return repeat(request("GET", page, who, etag=etag))
