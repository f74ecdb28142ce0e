"""What tests need of the machine that they run on: a free port, a program that is installed, patience."""

import contextlib
import os
import socket
import time
from collections.abc import Callable
from typing import Any, NoReturn

import pytest
import requests


def free_port() -> int:
    """A loopback port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def missing(reason: str) -> NoReturn:
    """Skip for want of a program, and say which; CI installs all of them, and accepts no gap."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def until(holds: Callable[[], Any], seconds: float = 90) -> Any:
    """What `holds` gives once it gives something; a server that does not answer yet gives nothing."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with contextlib.suppress(requests.RequestException):
            if found := holds():
                return found
        time.sleep(0.05)
    raise AssertionError("it did not happen in time")
