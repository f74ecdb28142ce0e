"""A run does what its settings say, or they are refused before the first photo is drawn."""

import pytest

from training import checkpoint, config, material, train
from training.decoding import Decoding
from training.model import SkinNet
from training.photo_set import render_set
from training.stages import parse_stages


def settings(*flags):
    return config.resolve(config.parser("train", None), ["--out", "run", *flags])


class Reached(Exception):
    """The run came to the point that a test looks at."""


def test_a_network_that_goes_on_from_a_checkpoint_drops_as_told(tmp_path):
    checkpoint.save(tmp_path, SkinNet(), 32, Decoding())
    args = settings("--init", str(tmp_path), "--drop-rate", "0.3")
    assert train.starting_net(args, parse_stages("32:8")).drop.p == 0.3


@pytest.mark.parametrize(("flags", "mapped"), [([], True), (["--only", "oil"], False), (["--no-maps"], False)])
def test_an_attribute_learned_alone_has_no_maps_of_all_five_beside_it(flags, mapped, tmp_path, monkeypatch):
    def reached(net, loss, batches, *_):
        assert batches.mapped is mapped
        raise Reached

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(train, "Trainer", reached)
    monkeypatch.setattr(material, "load_or_render", lambda *_: render_set(12, 56, seed=3))
    with pytest.raises(Reached):
        train.run(settings("--size", "56", "--stages", "32:32", *flags))


@pytest.mark.parametrize("augmentation", ["none", "HorizontalFlip"])
def test_windows_that_no_augmentation_would_cut_are_refused(augmentation, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(material, "load_or_render", lambda *_: pytest.fail("photos were rendered first"))
    flags = ["--augmentation", augmentation, "--stages", "crop96:64,224:32"]
    assert train.main(["--out", "run", *flags]) == 2
    assert "such as 96:64,224:32" in capsys.readouterr().err


@pytest.mark.parametrize("flags", [["--augmentation", "none"], ["--no-maps"], ["--data", "mine"]])
def test_stages_that_nobody_gave_cut_no_windows_where_none_can_be_cut(flags):
    assert not any(stage.crop for stage in parse_stages(settings(*flags).stages))
    assert parse_stages(settings().stages)[0].crop


def test_a_network_is_tried_at_the_side_of_the_photos_that_an_augmentation_makes(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(material, "load_or_render", lambda *_: pytest.fail("photos were rendered first"))
    flags = ["--backbone", "levit_128s", "--size", "448", "--stages", "224:320", "--augmentation", "resize_1024"]
    assert train.main(["--out", "run", *flags]) == 2
    assert "levit_128s cannot learn from photos of 448 px" in capsys.readouterr().err
