"""What a step of a conversation does: on a device through the Python client, or behind the scenes on the server."""

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

from api import create_app
from api.config import Config
from api.database import database
from api.tables import Record, SyncHead
from sample_clients.python import records
from sample_clients.python.client import Client
from sample_clients.python.http import ServerError
from tests.golden.wires import SERVER

Step = dict[str, Any]


@contextlib.contextmanager
def application(folder: Path, url: str | None = None) -> Iterator[Any]:
    """The real application with an empty database."""
    url, keys = url or f"sqlite:///{folder / 'api.db'}", {"k": "a" * 32}
    config = Config(url, folder, folder, keys, "r" * 32, b"p" * 32, erasure_ledger=folder / "erased")
    try:
        yield create_app(config)
    finally:
        database.close()


class Devices:
    """The clients that take part, each with a home of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.clients = folder, dict[str, Client]()

    def __getitem__(self, name: str) -> Client:
        if name not in self.clients:
            self.clients[name] = Client(self.folder, self.folder / name, SERVER)
        return self.clients[name]

    def close(self) -> None:
        """Let go of their files."""
        for client in self.clients.values():
            client.store.close()


def act(client: Client, step: Step) -> Any:
    """Do a device's step; its answer, or the type of the problem it met."""
    with mock.patch("sample_clients.python.http.pause", lambda attempt: 0):
        try:
            return ACTIONS[step["do"]](client, step)
        except ServerError as error:
            return error.slug


def state(client: Client) -> dict[str, Any]:
    """What must be true on the device after a step."""
    live = client.store.live()
    return {
        "live": [record["id"] for record in live],
        "xor": records.fold(live),
        "notes": client.notes(),
        "unsent": client.store.unsent_count(),
        "parked": sorted(record_id for record_id, _ in client.store.parked()),
        "signed_in": client.store.setting("refresh_token") is not None,
    }


def _sign_in(client: Client, step: Step) -> str | None:
    who = (step["email"], step["password"], step["device"])
    return client.sign_in(step["how"], *who, adopt=True, code=step.get("code"), consents=step.get("consents"))


def _sync(client: Client, step: Step) -> dict[str, Any]:
    outcome = client.sync(step.get("limit"))
    return {name: getattr(outcome, name) for name in ("pushed", "pulled", "refused", "complete")}


def _forget_access(client: Client, step: Step) -> None:
    client.server._access = None  # as after a restart of the app: access tokens are never stored


ACTIONS = {
    "sign_in": _sign_in,
    "add": lambda client, step: client.store.add(step["record"]),
    "delete": lambda client, step: client.store.delete(step["id"]),
    "forget_access": _forget_access,
    "consent": lambda client, step: client.consent(**step["versions"]),
    "sync": _sync,
    "trend": lambda client, step: client.trend(**step["query"]),
}


def behind_the_scenes(step: Step, folder: Path) -> None:
    """Do a server's step."""
    if step["server"] == "restore":
        _restore(step["seq"])
    elif step["server"] == "lose":
        _lose(step["id"])
    else:
        (folder / "bundle.json").write_text(json.dumps(step["bundle"] | {"files": [], "golden": NO_GOLDEN}))


NO_GOLDEN = {"path": "golden.json", "sha256": "0" * 64}


def _restore(seq: int) -> None:
    """The state of a backup made at `seq`, under a new epoch."""
    Record.delete().where(Record.seq > seq).execute()
    _count({"epoch": f"restored at {seq}", "seq": seq})


def _lose(record_id: str) -> None:
    """A row vanishes, and the head with it: what no server should ever do."""
    Record.delete().where(Record.id == record_id).execute()
    _count({})


def _count(changes: dict[str, Any]) -> None:
    live = [json.loads(record.body) for record in Record.select() if not record.tombstone]
    SyncHead.update(changes | {"count": len(live), "xor": records.fold(live)}).execute()
