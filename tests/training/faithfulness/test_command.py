"""All scores together: alike twice, all of it JSON, and a status that follows the checks."""

import json

import pytest

from tests.training.faithfulness.helpers import OneCell
from training import checkpoint
from training.attributes import KEYS
from training.decoding import Decoding
from training.faithfulness import methods, randomise
from training.faithfulness.__main__ import main
from training.faithfulness.figures import score
from training.faithfulness.text import tables
from training.graders import CheckpointGrader


def test_a_sign_is_scored_alike_twice_and_all_of_it_is_json(net, skin, monkeypatch):
    monkeypatch.setattr(randomise, "DRAWS", 1)
    grader = CheckpointGrader("tiny", 64, Decoding(), net)
    first, again = (score(grader, skin, seed=6, probed=3) for _ in range(2))
    assert json.dumps(first, allow_nan=False) == json.dumps(again)
    assert set(first["energy"]) == set(first["pointing"]) == set(first["deletion"]) == set(first["twins"]) == set(KEYS)
    assert first["probed"] == 3 and first["map_side"] == 2 and len(first["checks"]) == 4
    assert "randomisation" in tables(first)


def test_without_a_network_the_randomisation_check_is_left_out(skin):
    figures = score(OneCell(), skin, seed=6, probed=2)
    assert figures["randomisation"] is None and "randomisation" not in figures["checks"]
    assert "cannot be re-initialised" in tables(figures)


def test_maps_of_a_single_place_are_refused(net, skin):
    with pytest.raises(ValueError, match="64 px"):
        score(CheckpointGrader("tiny", 32, Decoding(), net), skin, seed=6, probed=2)


def test_the_command_prints_one_json_object_and_fails_with_its_checks(tmp_path, net, capsys, monkeypatch):
    monkeypatch.setattr(randomise, "DRAWS", 1)
    checkpoint.save(tmp_path, net, 64, Decoding())
    status = main(["--checkpoint", str(tmp_path), "--synthetic", "6", "--probed", "1", "--json", "-"])
    figures = json.loads(capsys.readouterr().out)
    assert figures["photos"] == 6 and status == 1 and not all(figures["checks"].values())


COMMANDS = {"faithfulness": main, "faithfulness.methods": methods.main}


def test_without_a_checkpoint_the_command_ends_with_2_and_a_sentence(tmp_path, capsys):
    for name, command in COMMANDS.items():
        assert command(["--checkpoint", str(tmp_path)]) == 2
        assert capsys.readouterr().err.startswith(f"training.{name}: ")


@pytest.mark.parametrize("name", COMMANDS)
def test_a_file_that_cannot_be_written_is_named_before_anything_is_measured(tmp_path, name, capsys):
    where = ["--checkpoint", str(tmp_path / "none"), "--json", str(tmp_path / "no" / "figures.json")]
    assert COMMANDS[name](where) == 2
    assert "figures.json cannot be written: name a file in a folder that exists" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("faithfulness", ["--synthetic", "0"]),
        ("faithfulness", ["--probed", "0"]),
        ("faithfulness", ["--seed", "-1"]),
        ("faithfulness.methods", ["--synthetic", "0"]),
        ("faithfulness.methods", ["--seed", "-1"]),
        ("faithfulness.methods", ["--picture", "methods"]),
    ],
)
def test_a_number_or_name_that_is_no_good_ends_with_2_and_a_sentence(tmp_path, name, wrong, capsys):
    with pytest.raises(SystemExit) as end:
        COMMANDS[name](["--checkpoint", str(tmp_path), *wrong])
    assert end.value.code == 2 and f"error: argument {wrong[0]}: " in capsys.readouterr().err
