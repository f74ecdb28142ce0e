"""Kill the web process again and again: is anything lost or doubled, and does the client come together with it?

    python -m tests.faults.kill --rounds 200 --json -

The real web process on SQLite is killed with SIGKILL at every named point around a commit (tests/faults/dying.py),
then at random within 0.3 s, while the Python client pushes, refreshes its login or deletes. After each round the client
syncs until it gets through. A round fails when something made or deleted is not so on both sides, when the client had
to repair what the server had acknowledged, when the login was lost, when the kill did not happen, or when SQLite's
integrity_check complains. Then strace looks for an fdatasync between each push and its 200, with a careless server as
the control. Status 0 only with `failures` 0.
"""

import argparse
import json
import os
import random
import signal
import sqlite3
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

from sample_clients.python import sync
from sample_clients.python.client import Client
from sample_clients.python.http import ServerError
from tests.client.helpers import score
from tests.faults import dying, syncs_disk
from tests.servers import WebProcess, web_process

OPERATIONS = ("push", "refresh", "delete")
NAMED = [(doing, at) for doing in OPERATIONS for at in dying.POINTS if (doing, at) != ("refresh", "after_number")]
BATCH, PATIENCE = 5, 60  # records a push; s to come together after a kill
RANDOM_SECONDS = 0.3
PUSHES = 20  # looked at by strace


class Device:
    """One device, what it did in all, and the server that dies under it."""

    def __init__(self, server: WebProcess, scratch: Path) -> None:
        self.server, self.told, self.file = server, scratch / "die", scratch / "kill.db"
        self.client = Client(scratch, scratch / "device", f"http://127.0.0.1:{server.port}")
        agreed = {"sync": 1}
        self.client.sign_in("register", "me@example.org", "a long password", "device", adopt=True, consents=agreed)
        self.expected: set[str] = set()

    def play(self, doing: str, point: str | None) -> list[str]:
        """Do something while the server is killed, at a point or at random; what went wrong."""
        self.client.server.call("GET", "/v1/account")  # so that the next transaction is the one that is meant
        self._prepare(doing)
        (victim,) = self.server.workers()
        if point:
            self.told.write_text(point)
        else:
            threading.Timer(random.uniform(0, RANDOM_SECONDS), os.kill, (victim, signal.SIGKILL)).start()
        with mock.patch("sample_clients.python.sync._pull_all", wraps=sync._pull_all) as repair:
            complete = self._until_it_gets_through(busy=point is None)
        faults = ["acknowledged and lost"] if repair.called else []
        faults += [] if complete else ["not converging"]
        if self.told.exists():
            self.told.unlink()
            faults.append("not killed")
        return faults + self._judge()

    def _prepare(self, doing: str) -> None:
        if doing == "push":
            made = [score() for _ in range(BATCH)]
            for record in made:
                self.client.store.add(record)
            self.expected |= {record["id"] for record in made}
        elif doing == "delete" and self.expected:
            self.client.store.delete(doomed := random.choice(sorted(self.expected)))
            self.expected.discard(doomed)
        elif doing == "refresh":
            self.client.server._access = None

    def _until_it_gets_through(self, busy: bool) -> bool:
        """Whether a sync after the kill ended complete; when `busy`, keep writing until the kill came."""
        begun = time.monotonic()
        while time.monotonic() - begun < PATIENCE:
            if busy and time.monotonic() - begun < RANDOM_SECONDS:
                self._prepare("push")
            try:
                complete = self.client.sync().complete
            except ServerError as error:
                if error.slug not in ("offline", "unexpected", "busy"):
                    return False
                continue
            if complete and (not busy or time.monotonic() - begun > RANDOM_SECONDS):
                return True
        return False

    def _judge(self) -> list[str]:
        self.server.wait()
        held = {record["id"] for record in self.client.store.live()}
        faults = [] if held == self.expected else ["lost or doubled"]
        if self.client.store.setting("refresh_token") is None:
            faults.append("signed out")
        with closing(sqlite3.connect(self.file)) as db:
            (said,) = db.execute("PRAGMA integrity_check").fetchone()
            doubled = db.execute("SELECT count(*) - count(DISTINCT id) FROM record").fetchone()[0]
        return faults + ([] if said == "ok" else ["integrity_check"]) + (["doubled"] if doubled else [])


@contextmanager
def device(scratch: Path) -> Iterator[Device]:
    """A device and the server that dies under it."""
    told = {dying.DIE_AT: str(scratch / "die")}
    app, url = "tests.faults.dying:create_app()", f"sqlite:///{scratch}/kill.db"
    with mock.patch.dict(os.environ, told), web_process(scratch, url, app) as server:
        one = Device(server, scratch)
        with mock.patch("sample_clients.python.http.pause", lambda attempt: 0.1):
            yield one
        one.client.store.close()
        one.client.server.session.close()


def killed(rounds: int) -> dict[str, Any]:
    """Play the rounds; the named points first, each once when there are rounds enough."""
    wrong: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as scratch, device(Path(scratch)) as one:
        for number in range(rounds):
            doing, point = NAMED[number] if number < len(NAMED) else (random.choice(OPERATIONS), None)
            wrong += [{"round": number, "doing": doing, "point": point, "fault": f} for f in one.play(doing, point)]
            print(f"\rround {number + 1} of {rounds}, failures {len(wrong)}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return {"rounds": rounds, "named": min(rounds, len(NAMED)), "failures": len(wrong), "wrong": wrong[:20]}


def written_through() -> dict[str, Any]:
    """Pushes that were acknowledged before they were on disk, with ours and with a careless server."""
    if reason := syncs_disk.missing():
        print(f"kill: fsync is not looked at: {reason}", file=sys.stderr)
        return {"fsync_skipped": reason}
    found = {}
    for name, app in (("ours", "api:create_app()"), ("control", "tests.faults.dying:create_careless_app()")):
        with tempfile.TemporaryDirectory() as at, web_process(Path(at), f"sqlite:///{at}/disk.db", app) as server:
            found[name] = syncs_disk.unsynced(server, PUSHES, Path(at) / "trace")
    return {"pushes": PUSHES, "pushes_without_fdatasync": found["ours"], "control_without_fdatasync": found["control"]}


def main(argv: Sequence[str] | None = None) -> int:
    """Run and print; 0 when nothing failed and the control did."""
    p = argparse.ArgumentParser(
        "python -m tests.faults.kill", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    p.add_argument("--rounds", type=int, default=200)
    p.add_argument("--json", help="write the figures as one JSON object to this file; - is stdout")
    args = p.parse_args(argv)
    figures = killed(args.rounds) | written_through()
    text = json.dumps(figures)
    if args.json and args.json != "-":
        Path(args.json).write_text(text)
    else:
        print(text)
    # What was not looked at does not hold.
    through = figures.get("pushes_without_fdatasync") == 0 and figures.get("control_without_fdatasync", 0) > 0
    return 0 if figures["failures"] == 0 and through else 1


if __name__ == "__main__":
    sys.exit(main())
