"""What export and check refuse: figures that are not numbers, damaged bundles, folders that are no bundle."""

import json
import shutil
from pathlib import Path

import pytest

from mobile_export import __main__ as exporter
from mobile_export import check, signing
from mobile_export.errors import ExportError
from mobile_export.gates import AT_LEAST, AT_MOST, require, shortfalls
from mobile_export.placing import swap

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "mobile_export" / "reference"


@pytest.mark.parametrize("precision", AT_LEAST)
def test_perfect_figures_pass_and_each_bar_that_is_missed_is_named(precision):
    perfect = dict.fromkeys(AT_LEAST[precision], 1.0) | dict.fromkeys(AT_MOST[precision], 0.0)
    require(precision, perfect)
    for name in perfect:
        with pytest.raises(ExportError, match=f"not shipped: {name} is 0|not shipped: {name} is 1"):
            require(precision, perfect | {name: 1 - perfect[name]})


@pytest.mark.parametrize("precision", AT_LEAST)
def test_figures_that_are_not_numbers_or_absent_clear_no_bar(precision):
    names = {*AT_LEAST[precision], *AT_MOST[precision]}
    assert set(shortfalls(precision, dict.fromkeys(names, float("nan")))) == names
    assert set(shortfalls(precision, {})) == names


@pytest.mark.parametrize("text", ["{}", "[]", "{", '{"files": 3}'])
def test_a_bundle_of_another_form_ends_with_2_and_one_sentence(tmp_path, capsys, text):
    (tmp_path / "bundle.json").write_text(text)
    assert check.main([str(tmp_path)]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


FOREIGN = {"parts": [{"path": "other.tflite", "bytes": 1, "sha256": "0" * 64}]}


@pytest.mark.parametrize(
    ("alter", "sentence"),
    [
        (lambda files: [f for f in files if f["role"] != "server"], "does not list skinscore_server_fp16.safetensors"),
        (lambda files: [*files, FOREIGN], "cannot prove other.tflite"),
    ],
)
def test_a_signed_bundle_without_weights_or_with_an_unknown_file_is_refused(tmp_path, capsys, alter, sentence):
    shutil.copytree(REFERENCE, tmp_path / "bundle")
    path = tmp_path / "bundle" / "bundle.json"
    bundle = json.loads(path.read_text("utf-8"))
    bundle["files"] = alter(bundle["files"])
    path.write_text(json.dumps(bundle))
    path.with_suffix(".sig").write_text(signing.read_key(signing.DEVELOPMENT_KEY).sign(path.read_bytes()))
    assert check.main([str(tmp_path / "bundle")]) == 2
    assert sentence in capsys.readouterr().err


def test_a_folder_that_is_no_bundle_is_never_replaced(tmp_path, capsys):
    (tmp_path / "holiday.jpg").write_bytes(b"mine")
    assert exporter.main(["--checkpoint", "absent", "--out", str(tmp_path)]) == 2
    assert "is no bundle" in capsys.readouterr().err and (tmp_path / "holiday.jpg").read_bytes() == b"mine"


def test_the_previous_bundle_comes_back_when_the_new_one_cannot_be_put_in_place(tmp_path):
    place = tmp_path / "out"
    place.mkdir()
    (place / "bundle.json").write_text("previous")
    with pytest.raises(OSError):
        swap(tmp_path / "absent", place, tmp_path / "previous")
    assert (place / "bundle.json").read_text() == "previous"
