"""The Kotlin core takes newer models from a real server through the signed channel, whatever breaks on the way."""

import hashlib
from pathlib import Path

import pytest

from tests.android.driver import Driver, Phone
from tests.model_folder import MODEL, REFERENCE
from tests.surroundings import until

PTE = "skinscore_xnnpack_int8.pte"
TAKEN = "Taken(version=0.9.0)"


@pytest.fixture
def offered(operator) -> str:
    """SHA-256 of a newer model, the committed one under another name, which the channel names for all."""
    sha256 = operator.publish(sequence=90, version="0.9.0")
    operator.offer(sha256)
    return sha256


def test_a_newer_model_is_taken_grades_and_is_in_use_after_a_restart(phone, offered, graded_by):
    assert graded_by() == MODEL["sequence"]
    assert phone.do("update") == TAKEN
    assert graded_by() == 90
    phone.close()
    assert phone.open() is None and graded_by() == 90
    assert phone.do("update") == "Current"


def test_a_model_that_was_damaged_on_the_phone_gives_way_and_is_mended(phone, offered, graded_by):
    phone.do("update")
    (phone.home / "models" / offered / PTE).write_bytes(b"damaged")
    phone.close()
    phone.open()
    assert graded_by() == MODEL["sequence"]
    assert phone.do("update") == TAKEN and graded_by() == 90


def test_a_download_that_breaks_off_goes_on_where_it_stopped(phone, offered, wire):
    size = (REFERENCE / PTE).stat().st_size
    wire.cut = size // 2  # the first connection carries channel, bundle and half of the model
    assert phone.do("update") == TAKEN
    (asked,) = wire.ranges()
    assert 0 < int(asked.removeprefix(b"bytes=").removesuffix(b"-")) < size // 2


def test_what_arrived_before_the_app_was_killed_is_not_fetched_again(core, offered, wire, tmp_path):
    wire.pace = 0.05
    first = Driver()
    home = Phone(first, tmp_path / "phone", wire.url, REFERENCE).home
    first.tell({"phone": str(home), "do": "update"})
    left = until(lambda: begun(home))
    first.kill()
    wire.pace, size = 0, left.stat().st_size
    second = Driver()
    assert Phone(second, home, wire.url, REFERENCE).do("update") == TAKEN
    assert wire.ranges() == [f"bytes={size}-".encode()]
    second.close()


def begun(home: Path) -> Path | None:
    """The unfinished model file, once something of it has arrived."""
    return next((path for path in home.rglob(f"{PTE}.part") if path.stat().st_size), None)


def test_an_install_outside_the_rollout_stays_and_joins_when_it_is_raised(phone, operator, offered, graded_by):
    operator.offer(offered, rollout_pct=0)
    assert phone.do("update") == "Later" and graded_by() == MODEL["sequence"]
    operator.offer(offered, rollout_pct=100)
    assert phone.do("update") == TAKEN


def test_the_way_back_is_followed_when_the_channel_says_so(phone, operator, offered, graded_by):
    phone.do("update")
    committed = hashlib.sha256((REFERENCE / "bundle.json").read_bytes()).hexdigest()
    operator.offer(committed)
    assert phone.do("update") == "not-newer" and graded_by() == 90
    operator.offer(committed, rollback=True)
    assert phone.do("update") == f"Taken(version={MODEL['version']})" and graded_by() == MODEL["sequence"]
