"""Does a reader that polls and never goes back see every record that was acknowledged?

    python -m tests.faults.race --json -                                 # 100,000 records on each database
    python -m tests.faults.race --records 5000 --databases sqlite

First one writer is held between its number and its commit (tests/faults/barrier.py): the usual time-stamp cursor must
lose (`control_missed` 1, or the run proves nothing) and ours must not. Then writers push batches over HTTP to the real
web process, with duplicates, conflicts and deletes on purpose, while readers poll. Status 0 only when nothing is lost.
"""

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from api import database
from tests.commands import parser, tell
from tests.faults import barrier, load
from tests.postgres import Cluster, Missing
from tests.servers import web_process

ACCOUNTS = 4
LOST = ("missed_at_barrier", "missed", "acknowledged_absent", "checksum_wrong", "errors")


def main(argv: Sequence[str] | None = None) -> int:
    """Run and print; 0 when the control loses and ours does not."""
    p = parser("tests.faults.race", __doc__)
    p.add_argument("--records", type=int, default=100_000, help="to be created on each database")
    p.add_argument("--databases", nargs="+", choices=["sqlite", "postgresql"], default=["sqlite", "postgresql"])
    args = p.parse_args(argv)
    try:
        figures = {name: raced(name, args.records) for name in args.databases}
    except Missing as reason:
        print(f"race: {reason}", file=sys.stderr)
        return 2
    tell({"databases": figures, "missed": sum(one["missed"] for one in figures.values())}, args.json)
    return 0 if all(holds(one, args.records) for one in figures.values()) else 1


def holds(figures: dict[str, Any], goal: int) -> bool:
    """Whether the control lost, and ours lost nothing of as many records as were asked for."""
    whole = figures["records"] >= goal  # writers that broke off prove nothing
    return whole and figures["control_missed"] > 0 and not any(figures[name] for name in LOST)


def raced(name: str, goal: int) -> dict[str, Any]:
    """The figures of one database."""
    cluster = Cluster(durable=True) if name == "postgresql" else None
    try:
        with tempfile.TemporaryDirectory() as scratch:
            url = cluster.database() if cluster else f"sqlite:///{scratch}/race.db"
            figures = at_the_barrier(url)
            print(f"{name}: {figures}; now {goal} records over HTTP", file=sys.stderr, flush=True)
            with web_process(Path(scratch), url) as server:
                return figures | load.run(server.port, goal, ACCOUNTS)
    finally:
        if cluster:
            cluster.close()


def at_the_barrier(url: str) -> dict[str, int]:
    """What the naive cursor and ours miss of two records."""
    database.open_database(url)
    return {"control_missed": barrier.naive_missed(), "missed_at_barrier": barrier.our_missed()}


if __name__ == "__main__":
    sys.exit(main())
