"""Photos on their way: however slowly they come, they take few of the threads.

A photo may come at 32 kB/s (`arrival.py`), so the largest one keeps a thread for 393 s. A shorter time would shut out
phones on bad networks; what nobody needs is many photos at once. Two that share 64 kB/s still arrive in time.
"""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from api.problems import Problem

MOST = 2  # threads of a process for one person's
ALTOGETHER = 6  # threads for everybody's
_under_way: Counter[str] = Counter()
_counting = threading.Lock()


@contextmanager
def arriving(account_id: str) -> Iterator[None]:
    """While a photo of this account arrives. Raises `rate-limited`, or `busy`, where too many are on their way."""
    with _counting:
        if _under_way.total() >= ALTOGETHER:
            raise Problem("busy", "many photos are on their way: send this one in a moment")
        if _under_way[account_id] >= MOST:
            raise Problem("rate-limited", f"{MOST} of your photos are on their way: send this one once one has arrived")
        _under_way[account_id] += 1
    try:
        yield
    finally:
        with _counting:
            _under_way[account_id] -= 1
            if not _under_way[account_id]:
                del _under_way[account_id]  # or the table would grow by everybody who ever sent one
