"""Delete an account on a running server, then look for what is left: in its database, log and files.

    python -m tests.faults.erase --json -

`found_before` is the control: all that is looked for afterwards lay there before. Status 0 when nothing is left.
"""

import json
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import requests

from api import beats, leases
from api.database import database, open_database
from api.tables import HeatmapJob
from tests.api.helpers import PNG, score, uuid7
from tests.commands import parser, tell
from tests.servers import web_process

MARKER, PASSWORD = "a note that nobody may find again", "a long password"
Ask = Callable[..., Any]


def main(argv: Sequence[str] | None = None) -> int:
    """Run it; 1 when a byte is left, or when the control found too little."""
    args = parser("tests.faults.erase", __doc__).parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(Path(folder))
    tell(figures, args.json)
    return 0 if figures["failures"] == 0 else 1


def measure(folder: Path) -> dict[str, Any]:
    """What was found before the deletion, while the server ran on, and after it had ended."""
    url = f"sqlite:///{folder / 'api.db'}"
    with web_process(folder, url) as server:
        person = Account(f"http://127.0.0.1:{server.port}", "erased@example.org")
        open_database(url)
        with database.connection_context():
            words = fill(person.ask, person.email)
        before = found(folder, words)
        person.fresh()
        receipt = person.ask("DELETE", "/v1/account")
        running = found(folder, words)
        person.ask("GET", "/v1/account")
    ended = found(folder, words)
    failures = (len(words) - len(before)) + len(running) + len(ended) + (receipt.status_code != 200)
    counts = {"words": len(words), "found_before": len(before), "left_running": len(running), "left_ended": len(ended)}
    return {**counts, "failures": failures}


class Account:
    """Somebody with an account on a server."""

    def __init__(self, address: str, email: str) -> None:
        self.address, self.email, self.token = address, email, ""
        body = {"email": email, "password": PASSWORD, "consents": {"sync": 1, "heatmap": 1}}
        self.token = self.ask("POST", "/v1/auth/register", json=body).json()["access_token"]

    def ask(self, method: str, path: str, headers: dict[str, str] | None = None, **options: Any) -> requests.Response:
        carried = (headers or {}) | ({"Authorization": f"Bearer {self.token}"} if self.token else {})
        return requests.request(method, self.address + path, headers=carried, timeout=10, **options)

    def fresh(self) -> None:
        self.token = self.ask("POST", "/v1/auth/reauth", json={"password": PASSWORD}).json()["access_token"]


def fill(ask: Ask, email: str) -> list[bytes]:
    """Give the account something in every table of the open database; the words that must be gone afterwards."""
    note = {"id": uuid7(50), "kind": "note", "score_id": uuid7(1), "text": MARKER}
    scores = [score(n, app=f"{MARKER} {n}") for n in range(1, 40)]
    pushed = ask("POST", "/v1/sync", json={"records": [*scores, note], "deletes": [uuid7(1)]})
    body = {"email": email, "password": PASSWORD, "device_name": "tablet of a deleted person"}
    tablet = json.loads(ask("POST", "/v1/auth/login", json=body).text)
    beats.beat(beats.WORKER)
    headers = {"Content-Type": "image/png", "Prefer": "wait=0"}
    first, second = (ask("POST", "/v1/heatmaps", data=photo, headers=headers) for photo in (PNG, PNG + b"2"))
    assert [answer.status_code for answer in (pushed, first, second)] == [200, 202, 202]
    leases.finish([(leases.claim()[0], {"attributes": {}}, {"oil": MARKER.encode()})])
    sealed = bytes(HeatmapJob.get(HeatmapJob.photo.is_null(False)).photo)
    ids = (tablet["account_id"], tablet["device_id"], uuid7(1), uuid7(50))
    return [word.encode() for word in (email, MARKER, body["device_name"], *ids)] + [sealed[:32]]


def found(folder: Path, words: list[bytes]) -> dict[bytes, list[str]]:
    """Which files hold which word."""
    files = {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    return {word: names for word in words if (names := [name for name, held in files.items() if word in held])}


if __name__ == "__main__":
    sys.exit(main())
