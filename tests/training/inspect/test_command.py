"""The command tells people in text and programs in JSON, and refuses what it cannot read or write."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from tests.training.inspect.helpers import SIZE, relabel
from training.inspect.__main__ import main


def test_the_text_names_leaks_warnings_and_people(photos, held_out, capsys):
    for path in photos.glob("*.json"):
        relabel(path, oil=-1)
    assert main([str(photos), "--size", str(SIZE)]) == 0
    told = capsys.readouterr()
    assert "oil cannot be learned" in told.out and "no photo says whose skin it is" in told.out
    assert "reading photos" in told.err and "reading photos" not in told.out
    shutil.copy(photos / "00005.jpg", held_out / "same.jpg")
    (held_out / "same.json").write_text('{"oil": 1}')
    assert main([str(photos), "--validation", str(held_out), "--size", str(SIZE)]) == 1
    assert f"leak, same bytes: {photos / '00005.jpg'} in training; {held_out / 'same.jpg'}" in capsys.readouterr().out


def test_json_goes_to_a_file_too(photos, tmp_path, capsys):
    assert main([str(photos), "--size", str(SIZE), "--json", str(tmp_path / "found.json")]) == 0
    assert json.loads((tmp_path / "found.json").read_text())["training"]["photos"] == 10
    assert "10 labelled photos" in capsys.readouterr().out


@pytest.mark.parametrize("option", ["--html", "--json"])
def test_a_target_that_cannot_be_written_is_refused_before_any_photo_is_read(photos, tmp_path, capsys, option):
    assert main([str(photos), option, str(tmp_path / "no" / "page.html")]) == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1 and "name a file in a folder that exists" in told


def test_no_folder_ends_with_2_and_one_sentence(tmp_path, capsys):
    assert main([str(tmp_path / "nowhere")]) == 2
    assert capsys.readouterr().err.startswith("training.inspect: there is no folder")


def test_names_that_are_not_utf_8_are_listed_and_never_end_in_a_trace(photos, tmp_path):
    (photos / os.fsdecode(b"\xb0\xa1.jpg")).write_bytes(b"")
    command = [sys.executable, "-m", "training.inspect", str(photos), "--size", str(SIZE), "--html", "page.html"]
    ran = subprocess.run(command, cwd=tmp_path, env=os.environ | {"PYTHONPATH": os.getcwd()}, capture_output=True)
    assert ran.returncode == 1 and rb"\udcb0\udca1.jpg" in ran.stdout and b"Traceback" not in ran.stderr
    assert r"\udcb0\udca1.jpg" in (tmp_path / "page.html").read_text("utf-8")


def test_the_page_of_an_empty_folder_is_written_and_the_command_ends_with_2(tmp_path, capsys):
    (tmp_path / "empty").mkdir()
    assert main([str(tmp_path / "empty"), "--html", str(tmp_path / "page.html")]) == 2
    assert (
        "put NAME.json" in capsys.readouterr().err and "oil cannot be learned" in (tmp_path / "page.html").read_text()
    )
