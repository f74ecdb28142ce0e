"""Disturb updates at random moments: is there always one working, verified model, and does each come to its end?

    python -m tests.faults.update --rounds 100 --json -

A device updates from a real server through a relay that slows the download. In turn the client is killed with SIGKILL,
the server is killed and started again, or the connection is cut, at a random moment of the update; half of the devices
have the shipped model, half an update. After it the model in use must be the old or the new one, whole, and grade every
golden photo right; then an undisturbed update must end with the new one and the old one kept. Status 0 only with
`failures` 0 and every kind of disturbance met in the middle of an update.
"""

import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

from api.models.proving import Terms
from api.models.publishing import publish
from mobile_export.signing import trusted_keys
from sample_clients.python.bundle import BundleError
from tests.client import small_bundle
from tests.client.small_bundle import MODEL, channel
from tests.commands import parser, tell
from tests.faults.updating import DONE, NOT_YET, Device
from tests.relay import Relay, relay
from tests.servers import WebProcess, web_process

SHIPPED, OLD, NEW = 1, 2, 3  # sequences
PACE = 0.01  # s after each 16 KiB
LONGEST = 120  # s that one update may take
KINDS = ("client killed", "server restarted", "connection cut")


class Stage:
    """Devices, the server that offers them `NEW`, and the relay between."""

    def __init__(self, folder: Path, server: WebProcess, wire: Relay) -> None:
        self.folder, self.server, self.wire = folder, server, wire
        shipped = Device(folder / str(SHIPPED), folder / "shipped")
        shipped.home.mkdir()
        updated = shipped.as_new(folder / "updated")
        offer(folder, OLD, 1)
        assert updated.update(wire.url) == OLD
        self.starts = {SHIPPED: shipped, OLD: updated}
        offer(folder, NEW, 2)
        for _ in range(2):  # the first one also starts what the others are forked from
            begun = time.monotonic()
            self._run(shipped.as_new(folder / "timed"))
            self.lasts = time.monotonic() - begun
        self.size = sum(path.stat().st_size for path in (folder / str(NEW)).iterdir())
        self.disturb: dict[str, Callable[[Device], tuple[bool, int | None]]] = dict(
            zip(KINDS, (self._kill, self._restart, self._cut), strict=True)
        )

    def play(self, kind: str, start: int) -> tuple[bool, list[str]]:
        """One round: whether it met the update in its middle, and what went wrong."""
        device = self.starts[start].as_new(self.folder / "round")
        self.wire.pace = PACE
        met, status = self.disturb[kind](device)
        self.wire.pace, self.wire.cut = 0, None
        faults = [] if status in (DONE, NOT_YET, -signal.SIGKILL) else [f"the client ended with {status}"]
        try:
            used = device.works()
            faults += [] if used in (start, NEW) else [f"model {used} is in use"]
            faults += [f"{MODEL} of {name} is damaged" for name in device.damaged()]
            faults += [] if device.update(self.wire.url) == NEW else ["the update does not come to its end"]
            faults += [] if device.works() == NEW else ["the new model does not work"]
        except BundleError as error:
            return met, [*faults, f"no working model: {error}"]
        return met, faults

    def _run(self, device: Device) -> int | None:
        process = device.begin(self.wire.url)
        process.join(LONGEST)
        return process.exitcode

    def _kill(self, device: Device) -> tuple[bool, int | None]:
        process = device.begin(self.wire.url)
        process.join(random.uniform(0, self.lasts))
        running = process.is_alive()
        process.kill()
        process.join()
        return running, process.exitcode

    def _restart(self, device: Device) -> tuple[bool, int | None]:
        process = device.begin(self.wire.url)
        process.join(random.uniform(0, self.lasts))
        running = process.is_alive()
        for pid in (*self.server.workers(), self.server.process.pid):
            os.kill(pid, signal.SIGKILL)
        self.server.process.wait()
        self.server.start()
        process.join(LONGEST)
        return running, process.exitcode

    def _cut(self, device: Device) -> tuple[bool, int | None]:
        self.wire.cut = random.randrange(1, self.size)
        status = self._run(device)
        return self.wire.cut is None, status


def offer(folder: Path, sequence: int, number: int) -> None:
    """Publish a bundle and a channel that names it, as an operator does."""
    bundle = folder / str(sequence)
    channel(bundle, number)
    publish(bundle, Terms(folder / "store", trusted_keys(None), development=True))


@contextmanager
def stage() -> Iterator[Stage]:
    """Everything set up, in a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for sequence in (SHIPPED, OLD, NEW):
            small_bundle.write(folder / str(sequence), sequence)
        with (
            mock.patch.dict(os.environ, {"MODEL_DIR": str(folder / "store")}),
            web_process(folder, f"sqlite:///{folder}/update.db") as server,
            relay(server.port) as wire,
        ):
            yield Stage(folder, server, wire)


def disturbed(rounds: int) -> dict[str, Any]:
    """Play the rounds and count."""
    wrong: list[dict[str, Any]] = []
    met: Counter[str] = Counter()
    with stage() as one:
        for number in range(rounds):
            kind, start = KINDS[number % len(KINDS)], (SHIPPED, OLD)[number // len(KINDS) % 2]
            hit, faults = one.play(kind, start)
            met[kind] += hit
            wrong += [{"round": number, "kind": kind, "from": start, "fault": fault} for fault in faults]
            print(f"\rround {number + 1} of {rounds}, failures {len(wrong)}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return {"rounds": rounds, "met_in_the_middle": dict(met), "failures": len(wrong), "wrong": wrong[:20]}


def main(argv: Sequence[str] | None = None) -> int:
    """Run and print; 0 when nothing failed and every kind of disturbance was met."""
    p = parser("tests.faults.update", __doc__)
    p.add_argument("--rounds", type=int, default=100)
    args = p.parse_args(argv)
    figures = disturbed(args.rounds)
    tell(figures, args.json)
    return 0 if figures["failures"] == 0 and all(figures["met_in_the_middle"].get(kind) for kind in KINDS) else 1


if __name__ == "__main__":
    sys.exit(main())
