"""Many writers and polling readers over HTTP: what was acknowledged must be there, and no reader may miss anything."""

import threading
import time
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from sample_clients.python import records
from tests.api.helpers import score
from tests.people import Person

BATCH, AGAIN, CONTESTED, DELETED = 100, 4, 4, 2  # records a push, and how many of them are sent on purpose to collide
WRITERS = 2  # of each account


@dataclass
class History:
    """One account: what its writers were told, and what its reader saw."""

    person: Person
    number: int
    goal: int
    created: dict[str, Any] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    copies: dict[str, Any] = field(default_factory=dict)  # returned with a conflict
    verdicts: dict[str, int] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    errors: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def write(self, writer: int) -> None:
        """Push batches until the account holds its goal; both writers contest some ids with other bodies."""
        with self.person.again() as me:
            self._write(me, writer)

    def _write(self, me: Person, writer: int) -> None:
        mine: list[dict[str, Any]] = []
        for turn in count():
            if len(self.created) >= self.goal or self.errors:  # one error fails the run already
                return
            first = writer * 1_000_000 + turn * BATCH
            fresh = [score(first + n, part=writer) for n in range(BATCH - AGAIN - CONTESTED)]
            contested = [score(9_000_000 + turn * CONTESTED + n, part=writer) for n in range(CONTESTED)]
            doomed = [record["id"] for record in mine[-DELETED:]]
            self._push(me, fresh + mine[:AGAIN] + contested, doomed)
            mine = fresh

    def _push(self, me: Person, sent: list[dict[str, Any]], doomed: list[str]) -> None:
        status, answer = me.ask("POST", "/v1/sync", {"records": sent, "deletes": doomed})
        if status != 200:
            self.errors += 1
            return
        with self.lock:
            for record, result in zip(sent, answer["results"], strict=False):
                self.verdicts[result["verdict"]] = self.verdicts.get(result["verdict"], 0) + 1
                if result["verdict"] in ("created", "duplicate"):
                    self.created[record["id"]] = record
                elif result["verdict"] == "conflict":
                    self.copies[record["id"]] = result["record"]
            self.deleted.update(doomed)

    def read(self, done: threading.Event) -> None:
        """Poll and never go back."""
        with self.person.again() as me:
            self._read(me, done)

    def _read(self, me: Person, done: threading.Event) -> None:
        cursor, last = "", False
        while not last:
            last = done.is_set()
            status, page = me.ask("GET", "/v1/sync?limit=500" + (f"&cursor={cursor}" if cursor else ""))
            if status != 200:
                self.errors += 1
                continue
            self.seen |= _ids(page)
            cursor, last = page["next_cursor"], last and not page["has_more"]
            time.sleep(0 if page["has_more"] else 0.02)

    def judge(self) -> dict[str, int]:
        """Compare with a listing from the start."""
        live, dead, head = listing(self.person)
        wrong = [i for i, record in self.created.items() if i not in self.deleted and live.get(i) != record]
        undead = self.deleted - dead
        copies = [i for i, record in self.copies.items() if i not in dead and live.get(i) != record]
        same = head["count"] == len(live) and head["xor"] == records.fold(live.values())
        return {
            "missed": len((set(live) | dead) - self.seen),
            "acknowledged_absent": len(wrong) + len(undead) + len(copies),
            "checksum_wrong": 0 if same else 1,
            "errors": self.errors,
        }


def run(port: int, goal: int, accounts: int) -> dict[str, Any]:
    """Write `goal` records in all; the sums of what went wrong, and how fast it went."""
    histories = [History(Person(port), n, -(-goal // accounts)) for n in range(accounts)]
    done, begun = threading.Event(), time.monotonic()
    writers = [threading.Thread(target=one.write, args=(w,)) for one in histories for w in range(WRITERS)]
    readers = [threading.Thread(target=one.read, args=(done,)) for one in histories]
    for thread in (*readers, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    seconds = time.monotonic() - begun
    done.set()
    for thread in readers:
        thread.join()
    judged = [one.judge() for one in histories]
    for one in histories:
        one.person.line.close()
    total = sum(len(one.created) for one in histories)
    verdicts = {kind: sum(one.verdicts.get(kind, 0) for one in histories) for kind in ("duplicate", "conflict")}
    figures = {"records": total, "records_per_s": round(total / seconds), "seconds": round(seconds, 1)}
    return figures | verdicts | {key: sum(one[key] for one in judged) for key in judged[0]}


def _ids(page: dict[str, Any]) -> set[str]:
    return {item["record"]["id"] for item in page["records"]} | {item["id"] for item in page["tombstones"]}


def listing(person: Person) -> tuple[dict[str, Any], set[str], dict[str, Any]]:
    """Live records by id, ids of tombstones, and the head."""
    live: dict[str, Any] = {}
    dead: set[str] = set()
    cursor = ""
    while True:
        _, page = person.ask("GET", "/v1/sync?limit=500" + (f"&cursor={cursor}" if cursor else ""))
        live |= {item["record"]["id"]: item["record"] for item in page["records"]}
        dead |= {item["id"] for item in page["tombstones"]}
        cursor = page["next_cursor"]
        if not page["has_more"]:
            return live, dead, page["head"]
