"""The Kotlin core takes newer models from a real server through the signed channel, or says why not.

Every model is the committed one under another name, proved and run by ExecuTorch's own runtime.
"""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.android.driver import Driver, Phone
from tests.api.test_serve import serving
from tests.golden_photos import golden_photos
from tests.relay import Relay, relay
from tests.surroundings import until
from tests.web.models import MODEL, REFERENCE, ModelFolder

PTE = "skinscore_xnnpack_int8.pte"
PART = {"path": PTE, "bytes": 4, "sha256": hashlib.sha256(b"none").hexdigest()}
RUNS_HERE = {"format": "executorch", "backend": "xnnpack", "precision": "int8", "min_runtime": "1.4.0"}


@pytest.fixture(scope="module")
def served(tmp_path_factory) -> Any:
    """A folder of models, and the port of a real server of it."""
    folder = tmp_path_factory.mktemp("models")
    models = ModelFolder(folder / "model")
    with serving(folder, models.path) as (url, _, _):
        yield models, int(url.rpartition(":")[2])


@pytest.fixture
def operator(served: tuple[ModelFolder, int]) -> Any:
    """Publishes models; afterwards the server has the committed one alone."""
    yield served[0]
    served[0].withdraw_all()


@pytest.fixture
def wire(served: tuple[ModelFolder, int]) -> Any:
    """A relay to the server, which hears what is asked."""
    with relay(served[1]) as one:
        yield one


@pytest.fixture
def phone(driver: Driver, wire: Relay, tmp_path: Path) -> Any:
    """A phone whose app came with the committed model."""
    one = Phone(driver, tmp_path / "phone", wire.url, REFERENCE)
    yield one
    one.close()


def graded_by(phone: Phone, tmp_path: Path) -> int:
    """The sequence of the model that grades a photo now."""
    photo = tmp_path / "photo.png"
    photo.write_bytes(golden_photos()[0])
    return phone.do("grade", photo=str(photo), part=0)["model"]["sequence"]


def folder_of(operator: ModelFolder, sequence: int) -> Path:
    return operator.path / "previous" / str(sequence)


def replaced(path: Path, data: bytes) -> None:
    path.unlink()  # a link to the committed file, which stays as it is
    path.write_bytes(data)


def test_a_newer_model_is_taken_grades_and_is_in_use_after_a_restart(phone, operator, tmp_path):
    assert graded_by(phone, tmp_path) == MODEL["sequence"]
    operator.offer(operator.publish(sequence=90, version="0.9.0"))
    assert phone.do("update") == "Taken(version=0.9.0)"
    assert graded_by(phone, tmp_path) == 90
    phone.close()
    assert phone.open() is None and graded_by(phone, tmp_path) == 90
    assert phone.do("update") == "Current"


def test_a_model_that_was_damaged_on_the_phone_gives_way_and_is_mended(phone, operator, tmp_path):
    offered = operator.publish(sequence=90, version="0.9.0")
    operator.offer(offered)
    phone.do("update")
    (phone.home / "models" / offered / PTE).write_bytes(b"damaged")
    phone.close()
    phone.open()
    assert graded_by(phone, tmp_path) == MODEL["sequence"]
    assert phone.do("update") == "Taken(version=0.9.0)" and graded_by(phone, tmp_path) == 90


def test_a_download_that_breaks_off_goes_on_where_it_stopped(phone, operator, wire):
    operator.offer(operator.publish(sequence=90, version="0.9.0"))
    size = (REFERENCE / PTE).stat().st_size
    wire.cut = size // 2  # the first connection carries channel, bundle and half of the model
    assert phone.do("update") == "Taken(version=0.9.0)"
    (asked,) = wire.ranges()
    assert 0 < int(asked.removeprefix(b"bytes=").removesuffix(b"-")) < size // 2


def test_what_arrived_before_the_app_was_killed_is_not_fetched_again(core, operator, wire, tmp_path):
    operator.offer(operator.publish(sequence=90, version="0.9.0"))
    wire.pace = 0.05
    first = Driver()
    phone = Phone(first, tmp_path / "phone", wire.url, REFERENCE)
    first.tell({"phone": str(phone.home), "do": "update"})
    left = until_begun(phone.home)
    first.kill()
    wire.pace, begun = 0, left.stat().st_size
    second = Driver()
    again = Phone(second, tmp_path / "phone", wire.url, REFERENCE)
    assert again.do("update") == "Taken(version=0.9.0)"
    assert wire.ranges() == [f"bytes={begun}-".encode()]
    second.close()


def until_begun(home: Path) -> Path:
    """The unfinished model file, once something of it has arrived."""
    return until(lambda: next((p for p in home.rglob("*.pte.part") if p.stat().st_size), None))


def test_an_install_outside_the_rollout_stays_and_joins_when_it_is_raised(phone, operator, tmp_path):
    offered = operator.publish(sequence=90, version="0.9.0")
    operator.offer(offered, rollout_pct=0)
    assert phone.do("update") == "Later" and graded_by(phone, tmp_path) == MODEL["sequence"]
    operator.offer(offered, rollout_pct=100)
    assert phone.do("update") == "Taken(version=0.9.0)"


def none(folder: Path) -> None:
    """Leave the files as they are."""


def flipped(folder: Path) -> None:
    data = bytearray((folder / PTE).read_bytes())
    data[len(data) // 3] ^= 1
    replaced(folder / PTE, bytes(data))


def no_program(folder: Path) -> None:
    replaced(folder / PTE, b"none")


def other_golden(folder: Path) -> None:
    replaced(folder / "golden.json", WRONG)


def wrong_golden() -> bytes:
    """The golden photos with one other grade."""
    golden = json.loads((REFERENCE / "golden.json").read_bytes())
    golden["photos"][7]["outputs"]["int8"]["grades"][0] ^= 1
    return json.dumps(golden).encode()


WRONG = wrong_golden()
GOLDEN = {"path": "golden.json", "bytes": len(WRONG), "sha256": hashlib.sha256(WRONG).hexdigest()}


def file(**changes: Any) -> dict[str, Any]:
    """A bundle with one file that nobody will fetch."""
    return {"files": [RUNS_HERE | {"parts": [PART]} | changes]}


REFUSED: dict[str, tuple[str, dict[str, Any], dict[str, Any], Callable[[Path], None]]] = {
    "an older model": ("not-newer", {"sequence": 3}, {}, none),
    "a model that nobody signed": ("changed", {"signed": False}, {}, none),
    "another form": ("other-form", {"schema": 2}, {}, none),
    "a later runtime": ("runtime-too-old", file(min_runtime="99.0.0"), {}, none),
    "no file for this phone": ("no-file", file(backend="vulkan"), {}, none),
    "a file outside": ("outside", file(parts=[PART | {"path": "../x.pte"}]), {}, none),
    "a damaged file": ("damaged", {}, {}, flipped),
    "a file that is no program": ("does-not-run", file(), {}, no_program),
    "wrong answers": ("wrong-answers", {"golden": GOLDEN}, {}, other_golden),
    "another channel": ("other-channel", {}, {"channel": "beta"}, none),
    "a later app": ("app-too-old", {}, {"min_app": "9.0.0"}, none),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_must_not_be_taken_is_refused_and_the_old_model_grades(phone, operator, tmp_path, name):
    code, changes, terms, spoil = REFUSED[name]
    offered = operator.publish(**{"sequence": 90, "version": "0.9.0"} | changes)
    spoil(folder_of(operator, changes.get("sequence", 90)))
    operator.offer(offered, **terms)
    assert phone.do("update") == code
    assert graded_by(phone, tmp_path) == MODEL["sequence"]


def test_a_model_that_the_server_lacks_and_a_server_without_channel_are_told(phone, operator):
    assert phone.do("update") == "no-channel"
    operator.offer("0" * 64)
    assert phone.do("update") == "not-held"


def test_the_way_back_is_followed_when_the_channel_says_so(phone, operator, tmp_path):
    operator.offer(operator.publish(sequence=90, version="0.9.0"))
    phone.do("update")
    back = hashlib.sha256((REFERENCE / "bundle.json").read_bytes()).hexdigest()
    operator.offer(back)
    assert phone.do("update") == "not-newer" and graded_by(phone, tmp_path) == 90
    operator.offer(back, rollback=True)
    assert phone.do("update") == f"Taken(version={MODEL['version']})"
    assert graded_by(phone, tmp_path) == MODEL["sequence"]
