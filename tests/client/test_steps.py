"""The steps of the retraining loop: shown, run, timed; a command that fails ends the loop."""

import subprocess

import pytest

from sample_clients.demo import retrain
from sample_clients.demo.steps import Steps


def test_a_command_is_shown_and_its_output_goes_where_asked(tmp_path, capfd):
    Steps().command("platform", into=tmp_path / "out")
    assert capfd.readouterr().out == "\n$ python -m platform\n" and "Linux" in (tmp_path / "out").read_text()


def test_a_command_that_fails_is_an_error_and_its_step_is_not_counted(capfd):
    steps = Steps()
    with pytest.raises(subprocess.CalledProcessError), steps.timed("fails"):
        steps.command("json.tool", "/nowhere")
    assert steps.done == []


def test_the_table_adds_up_the_steps():
    steps = Steps()
    steps.done += [("one", 61.2, 100.4), ("two", 2.0, 3.0)]
    assert steps.table().splitlines()[-1].split() == ["all", "63", "s", "103", "s"]
    with steps.timed("three"):
        sum(range(1_000_000))
    assert steps.done[-1][0] == "three" and steps.done[-1][2] > 0


def test_a_folder_that_is_there_is_never_emptied(tmp_path, capsys):
    (tmp_path / "mine.jpg").write_bytes(b"a photo")
    assert retrain.main(["--out", str(tmp_path)]) == 2
    assert (
        capsys.readouterr().err
        == f"retrain: {tmp_path} is there already: remove it, or name another folder with --out\n"
    )
    assert (tmp_path / "mine.jpg").read_bytes() == b"a photo"
