"""PocketBase with a collection of records that only their owner may list; batches are switched on, as they are off."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import repeat
from pathlib import Path
from typing import Any

from tests.api.helpers import score
from tests.bench.hammer import CLIENTS, request
from tests.bench.peer_servers import Asked, Peer, ask, running
from tests.bench.sync import BATCH, LIST
from tests.surroundings import free_port

RECORDS = "/api/collections/scores/records"
ADMIN, PASSWORD = "admin@example.org", "a long password"
MINE = "owner = @request.auth.id"


@contextmanager
def pocketbase(programs: Path, folder: Path) -> Iterator[Peer]:
    """A running PocketBase on its SQLite file, which it opens with synchronous=NORMAL."""
    port, command = free_port(), str(programs / "pocketbase")
    data = ["--dir", str(folder / "data")]
    made = [command, "superuser", "upsert", ADMIN, PASSWORD, *data]
    subprocess.run(made, cwd=folder, check=True, capture_output=True)
    serve = [command, "serve", "--http", f"127.0.0.1:{port}", *data]
    with running(serve, folder, port, "/api/health"):
        admin = _token(port, "_superusers", ADMIN)["token"]
        ask(port, "PATCH", "/api/settings", {"batch": {"enabled": True, "maxRequests": 50, "timeout": 30}}, admin)
        ask(port, "POST", "/api/collections", _collection(), admin)
        people = [_person(port, admin, n) for n in range(CLIENTS)]
        yield Peer(port, "no fsync at commits (NORMAL): the last ones may go", _asked(people))


def _token(port: int, collection: str, email: str) -> Any:
    path = f"/api/collections/{collection}/auth-with-password"
    return ask(port, "POST", path, {"identity": email, "password": PASSWORD})


def _collection() -> dict[str, Any]:
    owner = {"name": "owner", "type": "relation", "collectionId": "_pb_users_auth_", "maxSelect": 1, "required": True}
    return {
        "name": "scores",
        "type": "base",
        "fields": [owner, {"name": "body", "type": "json"}],
        "indexes": ["CREATE INDEX scores_owner ON scores (owner)"],
        "listRule": MINE,
        "createRule": MINE,
    }


def _person(port: int, admin: str, number: int) -> dict[str, Any]:
    email = f"client{number}@example.org"
    made = {"email": email, "password": PASSWORD, "passwordConfirm": PASSWORD}
    ask(port, "POST", "/api/collections/users/records", made, admin)
    return _token(port, "users", email)


def _asked(people: list[dict[str, Any]]) -> Asked:
    page = f"{RECORDS}?perPage={LIST}&skipTotal=1"
    return {
        "create": (lambda: [repeat(request("POST", RECORDS, one["token"], _body(one))) for one in people], b"200"),
        "batch": (lambda: [repeat(request("POST", "/api/batch", one["token"], _batch(one))) for one in people], b"200"),
        "list": (lambda: [repeat(request("GET", page, one["token"])) for one in people], b"200"),
    }


def _body(one: dict[str, Any]) -> bytes:
    return json.dumps({"owner": one["record"]["id"], "body": score(0)}).encode()


def _batch(one: dict[str, Any]) -> bytes:
    create = {"method": "POST", "url": RECORDS, "body": json.loads(_body(one))}
    return json.dumps({"requests": [create] * BATCH}).encode()
