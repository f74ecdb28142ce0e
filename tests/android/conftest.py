"""The Android client as Maven builds it, and its core as a process that does what it is told."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.android.driver import Driver
from tests.surroundings import missing

ANDROID = Path(__file__).parents[2] / "sample_clients" / "android"


@pytest.fixture(scope="session")
def core() -> None:
    """The core, compiled."""
    if not shutil.which("mvn") or not shutil.which("java"):
        missing("Java or Maven is not installed: apt-get install openjdk-17-jdk-headless maven")
    command = ["mvn", "-q", "-f", str(ANDROID), "-pl", "core", "process-test-classes"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.fixture(scope="module")
def driver(core: None) -> Iterator[Driver]:
    """A process with phones, ended afterwards."""
    one = Driver()
    yield one
    one.close()
