"""Where there is a Swift compiler: the iOS client builds without a warning and its tests pass, beside a real server."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers import WebProcess, web_process

PACKAGE = Path(__file__).parents[2] / "sample_clients" / "ios"
LEAST = (6, 0)  # of Swift, as Package.swift says
FLOOR = 125  # tests that must have passed
STRICT = ["-Xswiftc", "-warnings-as-errors"]
# Debian's Swift lacks the library by which its Testing reaches Foundation; nothing here uses it.
DEBIAN = ["-Xswiftc", "-Xfrontend", "-Xswiftc", "-disable-cross-import-overlays"] if sys.platform == "linux" else []
CASE = re.compile(r"^Test Case '(?:-\[\w+\.)?(\w+)[ .](\w+)\]?' (passed|failed|skipped)", re.MULTILINE)
GROUP_OR_TEST = re.compile(r"^final class (\w+Tests): XCTestCase|^    func (test\w+)\(", re.MULTILINE)
NO_CRYPTOKIT = {"UpdateDecisionTests.testWhatWasChangedAfterItWasSignedIsRefused"}
APPLE = {"UpdateDecisionTests.testWithoutCryptoKitNothingIsTrusted", "FilesTests.testAFullDiskIsCalledByItsName"}
NEEDLESS = NO_CRYPTOKIT if sys.platform == "linux" else APPLE  # tests that skip, as they are about another system


def lacking() -> str | None:
    """Why nothing can be built here; None when it can."""
    if not shutil.which("swift"):
        return "no `swift` on PATH, and Debian 12 has no package of it: the iOS client is parsed, not built"
    said = subprocess.run(["swift", "--version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"Swift version (\d+)\.(\d+)", said)
    if not found or (int(found[1]), int(found[2])) < LEAST:
        return f"the iOS client needs Swift {'.'.join(map(str, LEAST))} or later; found: {said.strip() or 'none'}"
    return None


def swift(command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """What SwiftPM says to a command; what it built before is used again."""
    line = ["swift", command, "--package-path", str(PACKAGE), *STRICT, *DEBIAN]
    return subprocess.run(
        line, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, env=os.environ | environment
    )


def results(log: str) -> dict[str, str]:
    """What each test of a run came to."""
    return {f"{group}.{name}": end for group, name, end in CASE.findall(log)}


def written() -> set[str]:
    """The tests of SkinScoreCore that the sources hold."""
    found, group = set(), ""
    for path in sorted((PACKAGE / "Tests" / "SkinScoreCoreTests").glob("*.swift")):
        for match in GROUP_OR_TEST.finditer(path.read_text("utf-8")):
            group = match[1] or group
            found |= {f"{group}.{match[2]}"} if match[2] else set()
    return found


@pytest.fixture(scope="module")
def compiler() -> None:
    """A Swift that is new enough; skipped with the reason where there is none, in CI too."""
    if reason := lacking():
        pytest.skip(reason)


@pytest.fixture(scope="module")
def server(compiler: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebProcess]:
    """A running web process with an empty database and the committed bundle."""
    folder = tmp_path_factory.mktemp("server")
    with web_process(folder, f"sqlite:///{folder / 'api.db'}") as one:
        yield one


def test_the_package_builds_with_warnings_as_errors(compiler: None):
    done = swift("build")
    assert done.returncode == 0, done.stdout[-5000:]


def test_every_test_of_the_core_ran_and_passed_beside_a_real_server(server: WebProcess):
    done = swift("test", SKINSCORE_SERVER=f"http://127.0.0.1:{server.port}")
    assert done.returncode == 0, done.stdout[-5000:]
    came_to = results(done.stdout)
    assert {name: end for name, end in came_to.items() if end != "passed"} == dict.fromkeys(NEEDLESS, "skipped")
    assert written() <= came_to.keys() and len(came_to) - len(NEEDLESS) >= FLOOR


def test_the_results_of_a_run_are_read_on_linux_and_on_a_mac():
    log = "Test Case 'A.testX' started at 1\nTest Case 'A.testX' passed (0.1 seconds)\nTest Case 'B.testY' failed (1 s)"
    assert results(log) == {"A.testX": "passed", "B.testY": "failed"}
    assert results("Test Case '-[Module.A testX]' skipped (0.1 seconds).") == {"A.testX": "skipped"}
    assert results("Executed 0 tests, with 0 failures") == {}


def test_the_floor_is_near_what_is_written():
    assert FLOOR <= len(written() - NEEDLESS) < FLOOR + 30
