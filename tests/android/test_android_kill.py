"""The Kotlin client is killed in the middle of its work: what it reported as kept is there, and whole."""

import json
import random
import re
import shutil
import time
from pathlib import Path

import pytest

from tests.android.driver import Driver, Phone
from tests.client.helpers import score
from tests.surroundings import free_port, missing

pytestmark = pytest.mark.usefixtures("core")
DEATHS, BURST = 6, 600


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
def strace(tmp_path: Path) -> tuple[str, ...]:
    """How strace runs a program and writes its calls to a file; which calls is added."""
    program = shutil.which("strace") or missing("strace is not installed: apt-get install strace")
    return program, "-f", "-qq", "-o", str(tmp_path / "trace")


def test_whatever_was_reported_as_kept_is_there_after_a_kill_at_any_moment(tmp_path):
    chance, told, begun = random.Random(1), set[str](), 0
    for _ in range(DEATHS):
        one = phone(tmp_path)
        told |= {kept(one) for _ in range(3)}
        before = len(one.then["live"])
        one.driver.tell({"phone": str(tmp_path), "do": "add_all", "records": [score() for _ in range(BURST)]})
        time.sleep(chance.uniform(0, 0.3))
        one.driver.kill()
        begun += 0 < len(held(tmp_path)) - before < BURST
        assert told <= held(tmp_path)
    assert begun  # some of the deaths came in the middle of a burst


def held(home: Path) -> set[str]:
    """Ids of the live records in the file, which is whole."""
    entries = json.loads((home / "history.json").read_text())["entries"]
    return {record_id for record_id, entry in entries.items() if entry["body"]}


def test_a_death_between_writing_and_renaming_leaves_the_history_as_it_was(tmp_path, strace):
    one = phone(tmp_path, *strace, "-e", "trace=rename", "-e", "inject=rename:signal=SIGKILL:when=3")
    told = {kept(one), kept(one)}
    with pytest.raises(EOFError):
        kept(one)
    one.driver.kill()
    assert (tmp_path / ".history.json.unfinished").stat().st_size > (tmp_path / "history.json").stat().st_size
    again = phone(tmp_path)
    assert kept(again) and told < set(again.then["live"]) and len(again.then["live"]) == 3
    again.driver.close()


def test_what_is_reported_as_kept_was_flushed_with_its_name(tmp_path, strace):
    one = phone(tmp_path / "home", *strace, "-e", "trace=fsync,rename,write")
    for _ in range(5):
        kept(one)
    one.driver.close()
    assert steps((tmp_path / "trace").read_text()) == ["fsync", "rename", "fsync", "answer"] * 5


def steps(log: str) -> list[str]:
    """What the process did to its files, and when it answered an `add`."""
    called = re.findall(r'\b(fsync|rename)\(|\bwrite\(1, "(\{\\"answer\\":null,\\"then)', log)
    return [call or "answer" for call, _ in called]
