"""The one clock of the API, so that a test can move it."""

import time


def now() -> int:
    """Seconds since 1970."""
    return int(time.time())
