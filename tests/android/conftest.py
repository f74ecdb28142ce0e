"""The Android client as Maven builds it, and its core as a process that does what it is told."""

from collections.abc import Iterator

import pytest

from tests.android.build import Build, lacking
from tests.android.driver import Driver, compiled
from tests.surroundings import missing


@pytest.fixture(scope="session")
def programs() -> None:
    """Java, Maven and npm; skipped with a reason where one is missing, failed in CI."""
    if reason := lacking():
        missing(reason)


@pytest.fixture(scope="session")
def build(programs: None) -> Build:
    """Everything compiled and its own tests run, once."""
    return Build()


@pytest.fixture(scope="session")
def core(programs: None) -> None:
    """The core and its tests compiled, which is quick."""
    assert (fault := compiled()) is None, fault


@pytest.fixture(scope="module")
def driver(core: None) -> Iterator[Driver]:
    """A process with phones, ended afterwards."""
    one = Driver()
    yield one
    one.close()
