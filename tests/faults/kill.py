"""Kill the server again and again: is anything lost or doubled, and does the client come together with it?

    python -m tests.faults.kill --rounds 200 --json -                         # both databases, about half an hour
    python -m tests.faults.kill --rounds 50 --databases postgresql

The real web process is killed with SIGKILL at every named point around a commit (tests/faults/dying.py), then at random
within 0.3 s, while the Python client pushes, refreshes its login or deletes, or somebody's account is deleted. On
PostgreSQL the random victim may be one of its backends, or all of it. After each round the client syncs until it gets
through. A round fails when something made or deleted is not so on both sides, when the client had to repair what the
server had acknowledged, when the login was lost, when an account is gone in part or its deletion was acknowledged and
not made, when the kill did not happen, or when the database's own check of its files complains. `control_noticed`
counts the same rounds on a server that acknowledges commits which it does not make. On SQLite strace then looks for an
fdatasync between each push and its 200, with a careless server as the control. Status 0 only with `failures` 0.
"""

import random
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from contextlib import closing, nullcontext
from itertools import product
from pathlib import Path
from typing import Any

from tests.commands import parser, tell
from tests.faults import dying, syncs_disk
from tests.faults.dying_device import device
from tests.postgres import Cluster, Missing
from tests.servers import web_process

OPERATIONS = ("push", "refresh", "delete", "erase")
NUMBERED = ("push", "delete")  # what takes a number in a history
NAMED = [(do, at) for do, at in product(OPERATIONS, dying.POINTS) if at != "after_number" or do in NUMBERED]
CONTROLS = ("push", "erase")
PUSHES = 20  # looked at by strace


def killed(database: str, rounds: int) -> dict[str, Any]:
    """Play the rounds; the named points first, each once when there are rounds enough; the control last."""
    wrong: list[dict[str, Any]] = []
    fallen: Counter[str] = Counter()
    cluster = Cluster(durable=True) if database == "postgresql" else None
    with tempfile.TemporaryDirectory() as scratch, closing(cluster) if cluster else nullcontext():
        url = cluster.database() if cluster else f"sqlite:///{scratch}/kill.db"
        with device(Path(scratch), url, cluster) as one:
            for number in range(rounds):
                doing, point = NAMED[number] if number < len(NAMED) else (random.choice(OPERATIONS), None)
                victim = "web" if point else random.choice(sorted(one.victims))
                fallen[victim] += 1
                told = {"round": number, "doing": doing, "point": point, "victim": victim}
                wrong += [told | {"fault": fault} for fault in one.play(doing, point, victim)]
                shown = f"\r{database}: round {number + 1} of {rounds}, failures {len(wrong)}"
                print(shown, end="", file=sys.stderr, flush=True)
            print(file=sys.stderr)
            noticed = sum(bool(one.play(doing, dying.FORGET)) for doing in CONTROLS)
    figures = {"rounds": rounds, "named": min(rounds, len(NAMED)), "killed": dict(fallen), "failures": len(wrong)}
    return figures | {"control_noticed": noticed, "controls": len(CONTROLS), "wrong": wrong[:20]}


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


def holds(figures: dict[str, Any]) -> bool:
    """Whether nothing failed and the control did; what was not looked at does not hold."""
    through = figures.get("pushes_without_fdatasync", 0) == 0 and figures.get("control_without_fdatasync", 1) > 0
    noticed = figures["control_noticed"] == figures["controls"]
    return figures["failures"] == 0 and noticed and through and "fsync_skipped" not in figures


def main(argv: Sequence[str] | None = None) -> int:
    """Run and print; 0 when nothing failed and every control did."""
    p = parser("tests.faults.kill", __doc__)
    p.add_argument("--rounds", type=int, default=200, help="on each database")
    p.add_argument("--databases", nargs="+", choices=["sqlite", "postgresql"], default=["sqlite", "postgresql"])
    p.add_argument("--target", choices=["web", "worker"], default="web", help="worker: see tests/faults/kill_worker.py")
    args = p.parse_args(argv)
    if args.target == "worker":
        from tests.faults import kill_worker

        return kill_worker.run(args.rounds, args.databases, args.json)
    try:
        figures = {name: killed(name, args.rounds) for name in args.databases}
    except Missing as reason:
        print(f"kill: {reason}", file=sys.stderr)
        return 2
    if "sqlite" in figures:
        figures["sqlite"] |= written_through()
    tell({"databases": figures, "failures": sum(one["failures"] for one in figures.values())}, args.json)
    return 0 if all(holds(one) for one in figures.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
