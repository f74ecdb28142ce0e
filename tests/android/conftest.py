"""The Android client as Maven builds it, and its core as a process that does what it is told."""

from collections.abc import Iterator

import pytest

from tests.android.build import Build, lacking
from tests.android.driver import Driver
from tests.surroundings import missing


@pytest.fixture(scope="session")
def build() -> Build:
    """Everything compiled and its tests run, once; skipped with its reason where a program is missing, failed in CI."""
    if reason := lacking():
        missing(reason)
    return Build()


@pytest.fixture(scope="module")
def driver(build: Build) -> Iterator[Driver]:
    """A process with phones, ended afterwards."""
    one = Driver()
    yield one
    one.close()
