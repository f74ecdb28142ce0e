"""Writers that go on through any trouble, as clients do: each record is sent again until it is acknowledged."""

import http.client
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sample_clients.python import records
from tests.api.helpers import score
from tests.faults.load import listing
from tests.people import Person

WRITERS = 4
PAUSE, PATIENCE = 0.02, 120  # s


class Steady:
    """One account, its writers, and what they were told: statuses, and which records are safe."""

    def __init__(self, port: int) -> None:
        self.person, self.statuses = Person(port), Counter[int]()
        self._reader = self.person.again()
        self._reader.ask("GET", "/v1/sync")  # else it would wait to be noted, longer than the trouble lasts
        self.acknowledged: set[str] = set()
        self._stop = threading.Event()
        writers = [self.person.again() for _ in range(WRITERS)]
        self._threads = [threading.Thread(target=self._write, args=one) for one in enumerate(writers)]
        for thread in self._threads:
            thread.start()

    def _write(self, writer: int, me: Person) -> None:
        with me:
            number = writer * 1_000_000
            while not self._stop.is_set():
                record = score(number)
                if self._push(me, record):
                    self.acknowledged.add(record["id"])
                    number += 1
                time.sleep(PAUSE)

    def _push(self, me: Person, record: dict[str, Any]) -> bool:
        try:
            status, answer = me.ask("POST", "/v1/sync", {"records": [record]})
        except (OSError, http.client.HTTPException):
            me.line.close()
            return False
        self.statuses[status] += 1
        return status == 200 and answer["results"][0]["verdict"] in ("created", "duplicate")

    def wait(self, holds: Callable[[], bool]) -> bool:
        """Whether it came to hold in time."""
        end = time.monotonic() + PATIENCE
        while not holds() and time.monotonic() < end:
            time.sleep(0.05)
        return holds()

    def refused(self, times: int = 5) -> bool:
        """Whether the writers were told 503, from now on, that often."""
        before = self.statuses[503]
        return self.wait(lambda: self.statuses[503] >= before + times)

    def goes_on(self, records_more: int = 20) -> bool:
        """Whether the writers get that many more records through."""
        before = len(self.acknowledged)
        return self.wait(lambda: len(self.acknowledged) >= before + records_more)

    def can_read(self) -> bool:
        """Whether a pull is answered right now."""
        return self._reader.ask("GET", "/v1/sync?limit=1")[0] == 200

    def stop(self) -> None:
        """End the writers."""
        self._stop.set()
        for thread in self._threads:
            thread.join()
        self._reader.line.close()

    def judge(self, promised: set[int]) -> dict[str, Any]:
        """What was told that was not promised, and what was acknowledged and is not there."""
        live, _, head = listing(self.person)
        self.person.line.close()
        return {
            "statuses": dict(self.statuses),
            "acknowledged": len(self.acknowledged),
            "unpromised": sum(count for status, count in self.statuses.items() if status not in promised),
            "acknowledged_absent": len(self.acknowledged - set(live)),
            "checksum_wrong": int(head["count"] != len(live) or head["xor"] != records.fold(live.values())),
        }


@contextmanager
def writing(port: int) -> Iterator[Steady]:
    """Writers that are at work, ended afterwards."""
    steady = Steady(port)
    try:
        steady.goes_on()
        yield steady
    finally:
        steady.stop()
