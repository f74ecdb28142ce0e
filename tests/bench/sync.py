"""How fast histories are synced, with sign-in, validation and every acknowledged record on disk (synchronous=FULL).

    python -m tests.bench.sync                      # SQLite, about 40 s
    python -m tests.bench.sync --seconds 10 --json -

Eight clients with an account each, on the real web process: single pushes, batches of 25, lists of 100, pulls that are
answered 304. Each is also given as a ratio to a bare JWT route of Flask in the same server and the same run, since
figures of different machines and loads do not compare. Status 0 only when every figure reaches its target.
"""

import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from itertools import count, repeat
from pathlib import Path
from typing import Any

from tests.api.helpers import score, uuid7
from tests.bench.hammer import CLIENTS, hammer, request
from tests.commands import parser, tell
from tests.people import Person
from tests.servers import WebProcess, web_process

BATCH, LIST = 25, 100
P99_MS = 100
PSS_MB = 130
# At least so many a second; batches count records.
TARGETS = {"push": 500, "batch": 4000, "list": 700, "not_modified": 1000}


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print; 0 when all targets are reached."""
    p = parser("tests.bench.sync", __doc__)
    p.add_argument("--seconds", type=float, default=8, help="for each kind of request")
    args = p.parse_args(argv)
    with tempfile.TemporaryDirectory() as scratch:
        url, app = f"sqlite:///{scratch}/bench.db", "tests.bench.sync_app:create_app()"
        with web_process(Path(scratch), url, app) as server:
            figures: dict[str, Any] = measured(server, args.seconds)
            figures |= memory(server)
    figures["missed_targets"] = missed_targets(figures)
    show(figures, args.json)
    return 1 if figures["missed_targets"] else 0


def measured(server: WebProcess, seconds: float) -> dict[str, Any]:
    """Each kind of request in turn, the yardstick first; CPU time of a request tells more on a machine in use."""
    people = [Person(server.port) for _ in range(CLIENTS)]
    kinds: dict[str, tuple[Callable[[Person], Iterator[bytes]], bytes, int]] = {
        "bare": (lambda one: repeat(request("GET", "/bare/", bearer(one))), b"200", 1),
        "push": (lambda one: pushes(one, 1, 0), b"200", 1),
        "batch": (lambda one: pushes(one, BATCH, 1_000_000), b"200", BATCH),
        "list": (lambda one: repeat(request("GET", f"/v1/sync?limit={LIST}", bearer(one))), b"200", LIST),
        "not_modified": (looks, b"304", 1),
    }
    figures: dict[str, Any] = {}
    for name, (asking, expected, records) in kinds.items():
        print(f"{name} …", file=sys.stderr, flush=True)
        clients, begun = [asking(one) for one in people], cpu_seconds(server)
        figures[name] = hammer(server.port, clients, expected, seconds)
        figures[name]["records_per_s"] = figures[name]["requests_per_s"] * records
        asked = max(1, figures[name]["requests_per_s"] * seconds)
        figures[name]["cpu_us"] = round((cpu_seconds(server) - begun) / asked * 1e6)
    for name in TARGETS:
        figures[name]["ratio_to_bare"] = round(figures[name]["requests_per_s"] / figures["bare"]["requests_per_s"], 3)
    for one in people:
        one.line.close()
    return figures


def bearer(person: Person) -> str:
    """The header that a person's requests carry."""
    return f"Bearer {person.tokens['access_token']}"


def pushes(person: Person, size: int, start: int) -> Iterator[bytes]:
    """Pushes of new records; only ids are put in while the clock runs."""
    before, after = json.dumps(score(0)).encode().split(uuid7(0).encode())
    for turn in count():
        first = start + turn * size
        made = b",".join(before + uuid7(first + n).encode() + after for n in range(size))
        yield request("POST", "/v1/sync", bearer(person), b'{"records":[' + made + b"]}")


def looks(person: Person) -> Iterator[bytes]:
    """Pulls of a client that has everything."""
    cursor, more = "", True
    while more:
        _, page = person.ask("GET", "/v1/sync?limit=500" + (f"&cursor={cursor}" if cursor else ""))
        cursor, more = page["next_cursor"], page["has_more"]
    person.line.request("GET", f"/v1/sync?cursor={cursor}", headers={"Authorization": bearer(person)})
    answer = person.line.getresponse()
    answer.read()
    return repeat(request("GET", f"/v1/sync?cursor={cursor}", bearer(person), etag=answer.headers["ETag"]))


def memory(server: WebProcess) -> dict[str, Any]:
    """PSS of master and web process after the load, and whether anything heavy was loaded."""
    pids = [server.process.pid, *server.workers()]
    kilobytes = [_pss(pid) for pid in pids]
    maps = "".join(Path(f"/proc/{pid}/maps").read_text() for pid in pids)
    return {"pss_mb": round(sum(kilobytes) / 1024, 1), "heavy": [name for name in ("torch", "numpy") if name in maps]}


def cpu_seconds(server: WebProcess) -> float:
    """CPU time that the web workers have used."""
    ticks = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13] for pid in server.workers()]
    return sum(int(part) for one in ticks for part in one) / os.sysconf("SC_CLK_TCK")


def _pss(pid: int) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def missed_targets(figures: dict[str, Any]) -> list[str]:
    """What fell short."""
    unit = {name: "records_per_s" if name == "batch" else "requests_per_s" for name in TARGETS}
    short = [f"{name}.{unit[name]}" for name, least in TARGETS.items() if figures[name][unit[name]] < least]
    short += [f"{name}.p99_ms" for name in TARGETS if figures[name]["p99_ms"] > P99_MS]
    short += [f"{name}.errors" for name in TARGETS if figures[name]["errors"]]
    return short + (["pss_mb"] if figures["pss_mb"] > PSS_MB else []) + figures["heavy"]


def show(figures: dict[str, Any], target: str | None) -> None:
    """A table, or JSON."""
    if target:
        tell(figures, target)
        return
    columns = ("requests_per_s", "records_per_s", "p50_ms", "p99_ms", "errors", "cpu_us", "ratio_to_bare")
    print(f"{'':14}" + "".join(f"{column:>16}" for column in columns))
    for name in ("bare", *TARGETS):
        print(f"{name:14}" + "".join(f"{figures[name].get(column, '-'):>16}" for column in columns))
    print(f"PSS {figures['pss_mb']} MB; short of its target: {', '.join(figures['missed_targets']) or 'nothing'}")


if __name__ == "__main__":
    sys.exit(main())
