"""Everything is proven before anything is live, and a crash leaves what was live before."""

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from api.models import held, store
from tests.api.models.conftest import live
from tests.client import small_bundle
from tests.client.small_bundle import MODEL, channel, sha256_of


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def test_a_bundle_is_live_then_its_channel_and_both_rise(run, bundles, place):
    status, said = run("publish", bundles[1])
    assert status == 0 and "no channel names it yet" in said and held.channel(place) is None
    assert "there are no heatmaps while it is the current one" in said
    channel(bundles[2], 1)
    status, said = run("publish", bundles[2])
    assert status == 0 and "small 0.1.2 (sequence 2) is published" in said
    assert live(place) == [2, 1] and held.channel(place)["bundle_sha256"] == sha256_of(bundles[2])
    assert held.current(place).data["sequence"] == 2
    assert run("publish", bundles[2])[0] == 0 and live(place) == [2, 1]  # again changes nothing


@pytest.mark.parametrize("name", [MODEL, "golden.json", "bundle.json", "bundle.sig"])
def test_one_flipped_byte_in_any_file_is_refused_and_nothing_is_live(run, bundles, place, name):
    flip(bundles[1] / name)
    assert run("publish", bundles[1])[0] == 2
    assert live(place) == [] and not list(place.glob(".publishing-*"))


def test_a_model_that_answers_otherwise_than_its_golden_photos_is_refused(run, bundles, place):
    golden = json.loads((bundles[1] / "golden.json").read_text())
    golden["photos"][3]["outputs"]["int8"]["grades"][0] ^= 1
    (bundles[1] / "golden.json").write_text(json.dumps(golden))
    small_bundle.sign(bundles[1], 1)
    status, said = run("publish", bundles[1])
    assert status == 2 and "golden photo 3: other grades" in said and live(place) == []


def test_a_sequence_that_does_not_rise_is_refused(run, bundles, place):
    assert run("publish", bundles[2])[0] == 0
    status, said = run("publish", bundles[1])
    assert status == 2 and "does not rise above sequence 2" in said and live(place) == [2]


def test_a_file_outside_the_bundle_is_refused(run, bundles, place, tmp_path):
    (tmp_path / "bundles" / "secret.pte").write_bytes(b"x")
    part = {"path": "../secret.pte", "bytes": 1, "sha256": hashlib.sha256(b"x").hexdigest()}
    small_bundle.sign(bundles[1], 1, parts=[part])
    status, said = run("publish", bundles[1])
    assert status == 2 and "outside itself" in said and live(place) == []


def test_an_exported_folder_is_not_published_into(run, bundles, place, monkeypatch):
    monkeypatch.setenv("MODEL_DIR", str(bundles[2]))
    status, said = run("publish", bundles[1])
    assert status == 2 and "set MODEL_DIR" in said and not (bundles[2] / held.BUNDLES).exists()


def test_a_crash_between_bundle_and_channel_is_finished_by_publishing_again(run, bundles, place, monkeypatch):
    channel(bundles[1], 1)
    real = store.go_live

    def dies(new: Path, to: Path) -> None:
        if to.parent.name == held.CHANNELS:
            raise OSError(5, "Input/output error", str(to))
        real(new, to)

    monkeypatch.setattr(store, "go_live", dies)
    assert run("publish", bundles[1])[0] == 2
    assert live(place) == [1] and held.channel(place) is None
    monkeypatch.setattr(store, "go_live", real)
    assert run("publish", bundles[1])[0] == 0 and held.channel(place)["sequence"] == 1


def test_what_a_killed_publisher_left_is_never_served_and_swept_by_the_next(run, bundles, place):
    assert run("publish", bundles[1])[0] == 0
    shutil.copytree(bundles[2], place / ".publishing-dead" / "bundle")
    assert live(place) == [1]
    assert run("publish", bundles[2])[0] == 0 and not list(place.glob(".publishing-*"))


def test_two_publishers_take_turns(run, bundles, place):
    with store.alone(place):
        status, said = run("publish", bundles[1])
    assert status == 2 and "somebody else publishes" in said


@pytest.mark.parametrize("words", [["withdraw", "9"], ["withdraw", "abc"], ["publish", "absent"]])
def test_bad_input_is_one_sentence(run, place, words):
    status, said = run(*words)
    assert status == 2 and said.startswith("api.models: ") and said.count("\n") == 1
