"""Settings of a run: from files and flags, and refused before the first photo is read."""

import copy
import re
import sys

import pytest
import timm
import torch

from tests.training.helpers import noise_photos
from training import config, material, train
from training.attributes import KEYS
from training.backbones import BackboneError
from training.model import SkinNet, insist_on_sides


def test_trying_the_sides_of_a_run_leaves_the_network_as_it_was():
    net = SkinNet("resnet18", drop_rate=0.2)
    before = copy.deepcopy(net.state_dict())
    insist_on_sides(net, {32, 64}, traced=True)
    assert net.training and all(torch.equal(value, before[name]) for name, value in net.state_dict().items())


def test_without_a_network_pretrained_weights_say_what_to_do_instead(monkeypatch):
    def offline(*args, **kwargs):
        raise OSError("no route")

    monkeypatch.setattr(timm, "create_model", offline)
    with pytest.raises(BackboneError, match="--init"):
        SkinNet(pretrained=True)


@pytest.mark.parametrize(
    ("flags", "sentence"),
    [
        (["--backbone", "resnet9000"], "no backbone"),
        (["--pretrained", "missing.pth"], "no weights file"),
        (["--stages", "64"], "SIDE:IMAGES"),
        (["--loss", "hinge"], "no loss"),
        (["--init", "nowhere"], "no checkpoint"),
        (["--backbone", "swin", "--size", "64", "--stages", "32:80,64:80"], "one side"),
        (["--backbone", "levit_128s", "--stages", "224:99,96:99"], "cannot learn from photos of 96 px"),
        (["--backbone", "levit_128s", "--stages", "crop96:99"], "cannot learn from photos of 96 px"),
        (["--backbone", "vit_tiny_patch16_224", "--stages", "224:99"], "cannot learn from photos of 224 px"),
        (["--mlflow"], "pip install mlflow"),
        (["--stages", "256:400"], "give --size 256 or more"),
        (["--stages", "crop96:400", "--no-maps"], "give --stages without crop"),
        (["--stages", "crop96:400", "--data", "photos"], "give --stages without crop"),
        (["--stages", "224:20"], "too few for one batch of 32"),
        (["--stages", "224:400", "--augmentation", "resize_1024"], "give --size 448"),
        (["--out", "file"], "is a file; name a folder"),
        (["--out", "file/run"], "is a file; name a folder"),
    ],
)
def test_what_can_be_seen_at_once_is_said_at_once(flags, sentence, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").touch()
    monkeypatch.setattr(material, "load_or_render", lambda *_: pytest.fail("photos were rendered first"))
    monkeypatch.setattr(material, "photo_set", lambda *_: pytest.fail("photos were read first"))
    monkeypatch.setitem(sys.modules, "mlflow", None)
    assert train.main(["--out", "run", *flags]) == 2
    assert sentence in capsys.readouterr().err


@pytest.mark.parametrize(
    ("flag", "sentence"),
    [
        ("--attention=-1", "0 or more"),
        ("--averaging=1", "below 1"),
        ("--batch=0", "1 or more"),
        ("--clip=0", "above 0"),
        ("--drop-rate=1.5", "below 1"),
        ("--every=0", "1 or more"),
        ("--held-out=2", "below 1"),
        ("--learning-rate=-1", "above 0"),
        ("--learning-rate=nan", "above 0"),
        ("--patience=-1", "0 or more"),
        ("--save-every=0", "1 or more"),
        ("--seed=-1", "0 to 4294967295"),
        ("--settle=2", "from 0 to 1"),
        ("--size=big", "1 or more"),
        ("--synthetic=1", "2 or more"),
        ("--warm-up=-1", "0 or more"),
        ("--weight-decay=-1", "0 or more"),
        ("--workers=-1", "0 or more"),
    ],
)
def test_numbers_out_of_their_limits_are_refused_at_once(flag, sentence, capsys):
    with pytest.raises(SystemExit) as end:
        train.main(["--out", "run", flag])
    assert end.value.code == 2
    assert re.search(f"error: argument {flag.partition('=')[0]}: .*{sentence}", capsys.readouterr().err)


def test_a_config_file_sets_defaults_and_flags_override_it(tmp_path):
    (tmp_path / "x.yaml").write_text("learning_rate: 0.5\nbatch: 7\nbalanced: false\n")
    parser = config.parser("train", None)
    args = config.resolve(
        parser, ["--out", str(tmp_path / "run"), "--config", str(tmp_path / "x.yaml"), "--batch", "9"]
    )
    assert (args.learning_rate, args.batch, args.balanced) == (0.5, 9, False)
    config.save(args)
    again = config.resolve(parser, ["--out", "other", "--config", str(tmp_path / "run" / config.RESOLVED)])
    same = [name for name in vars(args) if name not in ("out", "config")]
    assert all(getattr(args, name) == getattr(again, name) for name in same)


@pytest.mark.parametrize(
    ("stored", "given", "stages"),
    [
        (["--synthetic", "24"], ["--data", "photos"], config.ON_WHOLE),
        (["--data", "photos"], ["--synthetic", "24"], config.ON_SKIN),
        (["--data", "photos", "--stages", "64:99"], ["--synthetic", "24"], "64:99"),
        (["--data", "photos"], ["--data", "others"], config.ON_WHOLE),
    ],
)
def test_flags_override_where_the_photos_of_a_config_file_come_from(tmp_path, stored, given, stages):
    parser = config.parser("train", None)
    config.save(config.resolve(parser, ["--out", str(tmp_path), "--batch", "9", *stored]))
    file = str(tmp_path / config.RESOLVED)
    args = config.resolve(parser, ["--out", "other", "--config", file, *given])
    expected = config.resolve(parser, ["--out", "other", *given])
    assert (args.data, args.synthetic) == (expected.data, expected.synthetic)
    assert (args.stages, args.batch) == (stages, 9)


@pytest.mark.parametrize("text", ["learning_rat: 1", "[1, 2]", "a: [", "batch: many"])
def test_a_config_file_that_is_no_good_is_refused(tmp_path, text, capsys):
    (tmp_path / "x.yaml").write_text(text)
    with pytest.raises(SystemExit) as end:
        train.main(["--out", "run", "--config", str(tmp_path / "x.yaml")])
    assert end.value.code == 2 and "error:" in capsys.readouterr().err


@pytest.mark.parametrize(("grade", "reason"), [(2, "photos have grade 2"), (-1, "no photo is labelled")])
def test_an_attribute_alone_that_cannot_be_learned_is_named_before_the_first_step(
    tmp_path, monkeypatch, capsys, grade, reason
):
    photos = noise_photos()
    photos.labels[:, KEYS.index("wrinkle")] = grade
    monkeypatch.setattr(material, "photo_set", lambda *_: photos)
    monkeypatch.setattr(train, "Trainer", lambda *_: pytest.fail("training began"))
    flags = ["--data", "photos", "--size", "32", "--stages", "32:8", "--batch", "4", "--only", "wrinkle"]
    assert train.main(["--out", str(tmp_path / "run"), *flags]) == 2
    said = capsys.readouterr().err
    assert "wrinkle cannot be learned" in said and reason in said and "oil" not in said
