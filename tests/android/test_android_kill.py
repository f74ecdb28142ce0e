"""The Kotlin client is killed in the middle of its work: what it reported as kept is there, and whole."""

import random
import re
import shutil
import time
from pathlib import Path

import pytest

from tests.android.driver import Driver, Phone
from tests.client.helpers import score
from tests.surroundings import free_port, missing

pytestmark = pytest.mark.usefixtures("build")
DEATHS = 6


def phone(home: Path, *before: str) -> Phone:
    """A phone in a process of its own, with a server that is not there."""
    one = Phone(Driver(*before), home, f"http://127.0.0.1:{free_port()}")
    assert one.opened is None, one.opened
    return one


def kept(one: Phone) -> str:
    """The id of a record that was reported as kept."""
    record = score()
    one.do("add", record=record)
    return record["id"]


@pytest.fixture
def strace() -> str:
    """The program, with what all its uses share."""
    return shutil.which("strace") or missing("strace is not installed: apt-get install strace")


def test_whatever_was_reported_as_kept_is_there_after_a_kill_at_any_moment(tmp_path):
    chance, told, begun = random.Random(1), set[str](), 0
    for _ in range(DEATHS):
        one = phone(tmp_path)
        told |= {kept(one) for _ in range(3)}
        one.driver.tell({"phone": str(tmp_path), "do": "add_all", "records": [score() for _ in range(200)]})
        time.sleep(chance.uniform(0, 0.2))
        one.driver.kill()
        one = phone(tmp_path)
        one.do("forget_access")
        assert told <= set(one.then["live"])
        begun += len(one.then["live"]) % 200 not in (0, len(told))
        one.driver.close()
    assert begun  # some of the deaths came in the middle of two hundred records


def test_a_death_between_writing_and_renaming_leaves_the_history_as_it_was(tmp_path, strace):
    inject = ["-e", "trace=rename", "-e", "inject=rename:signal=SIGKILL:when=3"]
    one = phone(tmp_path, strace, "-f", "-qq", "-o", str(tmp_path / "trace"), *inject)
    told = {kept(one), kept(one)}
    with pytest.raises(EOFError):
        kept(one)
    one.driver.kill()
    assert [path for path in tmp_path.glob(".history.json-*")]  # written, and never put in its place
    again = phone(tmp_path)
    assert kept(again) and told < set(again.then["live"]) and len(again.then["live"]) == 3
    again.driver.close()


def test_what_is_reported_as_kept_was_flushed_with_its_name(tmp_path, strace):
    log = tmp_path / "trace"
    one = phone(tmp_path / "home", strace, "-f", "-qq", "-o", str(log), "-e", "trace=fsync,rename,write")
    for _ in range(5):
        kept(one)
    one.driver.close()
    assert steps(log.read_text()) == ["fsync", "rename", "fsync", "answer"] * 5


def steps(log: str) -> list[str]:
    """What the process did to its files, and when it answered an `add`."""
    called = re.findall(r'\b(fsync|rename)\(|\bwrite\(1, "(\{\\"answer\\":null,\\"then)', log)
    return [call or "answer" for call, _ in called]
