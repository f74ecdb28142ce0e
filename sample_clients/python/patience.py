"""How long the client waits before it asks again, and that it says so."""

import random
import sys
import time
from collections.abc import Mapping
from datetime import datetime, timedelta

TRIES, FIRST_PAUSE = 4, 1.0  # s
LONGEST = 30.0  # s that it waits by itself; who is asked to wait longer is told when to come again
SILENT = 2.0  # s that nobody wonders about
AGAIN = (429, 500, 502, 503, 504)


def pause(attempt: int) -> float:
    """Full jitter: anything up to 1 s, 2 s, 4 s …"""
    return random.uniform(0, min(LONGEST, FIRST_PAUSE * 2**attempt))


def asked(headers: Mapping[str, str]) -> float:
    """Seconds that the server asks to wait; 0 when it does not, or asks for more than a year."""
    said = headers.get("Retry-After", "")
    return float(said) if said.isdecimal() and len(said) < 8 else 0.0


def wait(seconds: float, why: str) -> None:
    """Sleep, and say why when it takes long enough to be noticed."""
    if seconds > SILENT:
        print(f"skinscore: {why}; trying again in {seconds:.0f} s", file=sys.stderr)
    time.sleep(seconds)


def clock(seconds: float) -> str:
    """The time of day so many seconds from now, with the date if it is another one."""
    now = datetime.now().astimezone()
    then = now + timedelta(seconds=seconds)
    return then.strftime("%H:%M:%S" if then.date() == now.date() else "%H:%M on %d %B")
