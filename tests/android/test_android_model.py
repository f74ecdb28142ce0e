"""Kotlin's model input and grades, against Python's: exact bytes for any size, golden grades from the real runtime."""

import base64
import hashlib
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sample_clients.python.resize import model_input
from tests.android import driver as driving
from tests.android.driver import CORE, Driver, Phone, java
from tests.golden_photos import REFERENCE, golden_photos

GOLDEN = json.loads((REFERENCE / "golden.json").read_bytes())
SIZES = 200
NOWHERE = "http://127.0.0.1:9"  # grading asks no server


@pytest.fixture
def resizer(core: None) -> Iterator[subprocess.Popen]:
    """A process that resizes pixels."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(java("Resizer"), cwd=CORE, text=True, **pipes) as process:
        yield process
        process.stdin.close()


def test_two_hundred_random_sizes_give_the_bytes_of_the_python_reference(resizer, tmp_path):
    draw = np.random.default_rng(20_260_504)
    for number in range(SIZES):
        size = int(draw.integers(1, 300))
        height, width = (int(side) for side in draw.integers(size, 900, 2))
        channels = int(draw.integers(3, 5))
        pixels = draw.integers(0, 256, (height, width, channels), np.uint8)
        (tmp_path / "pixels").write_bytes(pixels.tobytes())
        shape = {"width": width, "height": height, "channels": channels, "size": size, "runs": 1}
        resizer.stdin.write(json.dumps(shape | {"file": str(tmp_path / "pixels")}) + "\n")
        resizer.stdin.flush()
        found = base64.b64decode(json.loads(resizer.stdout.readline())["input"])
        assert found == model_input(pixels[..., :3], size).tobytes(), f"photo {number}: {shape}"


@pytest.fixture
def inputs(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Hashes of the model's inputs that phones had scored."""
    heard: list[str] = []
    scored = driving.scored

    def hearing(model: str, pixels: bytes) -> dict[str, Any]:
        heard.append(hashlib.sha256(pixels).hexdigest())
        return scored(model, pixels)

    monkeypatch.setattr(driving, "scored", hearing)
    return heard


def test_the_golden_photos_get_their_golden_grades_from_the_phones_own_file(driver: Driver, tmp_path: Path, inputs):
    phone = Phone(driver, tmp_path / "phone", NOWHERE, REFERENCE)
    for number, png in enumerate(golden_photos()):
        (tmp_path / "photo.png").write_bytes(png)
        answers = phone.do("grade", photo=str(tmp_path / "photo.png"), part=0)["attributes"]
        wanted = GOLDEN["photos"][number]["outputs"]["int8"]
        assert [one["grade"] for one in answers.values()] == wanted["grades"]
        assert [one["balanced"] for one in answers.values()] == wanted["balanced"]
        expected = np.array([one["expected_milli"] for one in answers.values()]) / 1000
        assert np.abs(expected - wanted["expected"]).max() <= GOLDEN["tolerance_expected"]["int8"]
    phone.close()
    assert inputs == [photo["input_sha256"] for photo in GOLDEN["photos"]]
