"""All scores together: alike twice, all of it JSON, and a status that follows the checks."""

import json

import pytest

from tests.training.faithfulness.helpers import OneCell
from training import checkpoint
from training.attributes import KEYS
from training.decoding import Decoding
from training.faithfulness import randomise
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


@pytest.mark.parametrize("wrong", [["--synthetic", "0"], ["--probed", "0"], []])
def test_the_command_ends_with_2_and_a_sentence(tmp_path, capsys, wrong):
    assert main(["--checkpoint", str(tmp_path), *wrong]) == 2
    assert capsys.readouterr().err.startswith("training.faithfulness: ")
