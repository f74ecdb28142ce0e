"""A disk that is full, a locked database, a restarted PostgreSQL, a clock set back, bodies cut short or sent slowly.

    python -m tests.faults.trouble --json -                          # both databases, about five minutes
    python -m tests.faults.trouble --databases sqlite --only "disk full"

Each happens to the real web process while writers push, and send again what was not acknowledged. `unpromised` counts
answers other than those promised (200, or 503 with "ask again", where the database is in trouble; 400 for a body cut
short), `acknowledged_absent` what was acknowledged and is gone, `did_not_happen` what should have: a refusal, a pull
meanwhile, writing again afterwards. Status 0 when all of them are nothing.
"""

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.commands import parser, tell
from tests.faults.place import Place
from tests.faults.scenes import ANYWHERE, SCENES
from tests.faults.small_disk import NoMount
from tests.postgres import Cluster, Missing

WRONG = ("unpromised", "acknowledged_absent", "checksum_wrong", "did_not_happen")


def main(argv: Sequence[str] | None = None) -> int:
    """Run and print; 0 when every promise was kept."""
    p = parser("tests.faults.trouble", __doc__)
    p.add_argument("--databases", nargs="+", choices=sorted(SCENES), default=["sqlite", "postgresql"])
    p.add_argument("--only", nargs="+", choices=[*ANYWHERE, "restart"], help="these troubles")
    args = p.parse_args(argv)
    try:
        figures = {name: troubled(name, args.only) for name in args.databases}
    except (Missing, NoMount) as reason:
        print(f"trouble: {reason}", file=sys.stderr)
        return 2
    wrong = [f"{name}: {scene}" for name, all_ in figures.items() for scene, one in all_.items() if not holds(one)]
    tell({"databases": figures, "failures": len(wrong), "wrong": wrong}, args.json)
    return 1 if wrong else 0


def holds(figures: dict[str, Any]) -> bool:
    """Whether a scene kept its promises, with something to lose."""
    return figures["acknowledged"] > 0 and not any(figures[name] for name in WRONG)


def troubled(name: str, only: Sequence[str] | None) -> dict[str, Any]:
    """The figures of every scene on one database."""
    cluster = Cluster(durable=True) if name == "postgresql" else None
    figures = {}
    try:
        for title, scene in SCENES[name].items():
            if not only or title in only:
                with tempfile.TemporaryDirectory() as scratch:
                    figures[title] = scene(Place(Path(scratch), cluster))
                print(f"{name}, {title}: {figures[title]}", file=sys.stderr, flush=True)
    finally:
        if cluster:
            cluster.close()
    return figures


if __name__ == "__main__":
    sys.exit(main())
