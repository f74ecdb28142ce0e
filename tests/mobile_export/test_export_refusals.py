"""What export and check refuse: figures that are not numbers, damaged bundles, folders that are no bundle."""

import json
import shutil
from pathlib import Path

import pytest

from mobile_export import __main__ as exporter
from mobile_export import check, signing
from mobile_export.gates import AT_LEAST, AT_MOST, shortfalls

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "mobile_export" / "reference"


@pytest.mark.parametrize("precision", ["int8", "w8a16"])
def test_figures_that_are_not_numbers_clear_no_bar(precision):
    names = [*AT_LEAST[precision], *AT_MOST[precision]]
    assert len(shortfalls(precision, dict.fromkeys(names, float("nan")))) == len(names)


@pytest.mark.parametrize("text", ["{}", "[]", "{", '{"files": 3}'])
def test_a_bundle_of_another_form_ends_with_2_and_one_sentence(tmp_path, capsys, text):
    (tmp_path / "bundle.json").write_text(text)
    assert check.main([str(tmp_path)]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_a_signed_bundle_that_does_not_list_its_int8_file_is_refused(tmp_path, capsys):
    shutil.copytree(REFERENCE, tmp_path / "bundle")
    path = tmp_path / "bundle" / "bundle.json"
    bundle = json.loads(path.read_text("utf-8"))
    bundle["files"] = [file for file in bundle["files"] if file["format"] != "executorch"]
    path.write_text(json.dumps(bundle))
    path.with_suffix(".sig").write_text(signing.sign(path.read_bytes(), signing.DEVELOPMENT_KEY))
    assert check.main([str(tmp_path / "bundle")]) == 2
    assert "does not list skinscore_xnnpack_int8.pte" in capsys.readouterr().err


def test_a_folder_that_is_no_bundle_is_never_replaced(tmp_path, capsys):
    (tmp_path / "holiday.jpg").write_bytes(b"mine")
    assert exporter.main(["--checkpoint", "absent", "--out", str(tmp_path)]) == 2
    assert "is no bundle" in capsys.readouterr().err and (tmp_path / "holiday.jpg").read_bytes() == b"mine"


def test_the_previous_bundle_comes_back_when_the_new_one_cannot_be_put_in_place(tmp_path):
    place = tmp_path / "out"
    place.mkdir()
    (place / "bundle.json").write_text("previous")
    with pytest.raises(OSError):
        exporter.swap(tmp_path / "absent", place, tmp_path / "previous")
    assert (place / "bundle.json").read_text() == "previous"
