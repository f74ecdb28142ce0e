"""Run commands, and tell what each step took."""

import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Steps:
    """Steps that were done, with their seconds: on the clock, and of all processors together."""

    def __init__(self) -> None:
        self.done: list[tuple[str, float, float]] = []

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        """One step."""
        begun, used = time.monotonic(), _processor_seconds()
        yield
        self.done.append((name, time.monotonic() - begun, _processor_seconds() - used))

    def command(self, module: str, *words: object, into: Path | None = None) -> None:
        """Show and run `python -m MODULE WORDS`, its output to a file where one is named.

        Raises `subprocess.CalledProcessError`.
        """
        line = [sys.executable, "-m", module, *map(str, words)]
        print(f"\n$ python {' '.join(line[1:])}", flush=True)
        done = subprocess.run(line, check=True, stdout=subprocess.PIPE if into else None)
        if into:
            into.write_bytes(done.stdout)

    def table(self) -> str:
        """A line per step, and the sum."""
        total = ("all", sum(wall for _, wall, _ in self.done), sum(used for _, _, used in self.done))
        lines = (f"{name:24}{wall:>8.0f} s{used:>14.0f} s" for name, wall, used in (*self.done, total))
        return "\n".join([f"{'step':24}{'clock':>10}{'processors':>16}", *lines])


def _processor_seconds() -> float:
    """Of this process and of its children that have ended."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)
