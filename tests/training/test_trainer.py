"""Training resumes to the bit, stops where it should, and says what is wrong."""

import argparse
import copy
import itertools
import os
import re
import resource
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import timm
import torch

from tests.training.helpers import noise_photos
from training import checkpoint, config, material, train, watch
from training.attention import AttendedLoss
from training.attribute_losses import AttributeLosses
from training.attributes import KEYS
from training.backbones import PRESETS, BackboneError
from training.batches import Batches
from training.checkpoint import WEIGHTS
from training.decoding import Decoding
from training.losses import masked_loss
from training.model import SkinNet, insist_on_sides
from training.photo_set import render_set
from training.recipe import Recipe
from training.run_folder import RunFolder
from training.saving import RunError
from training.stages import Stage
from training.trainer import Diverged, Trainer

ROOT = Path(__file__).parents[2]
TINY = ["--synthetic", "24", "--size", "56", "--stages", "32:96", "--batch", "4", "--every", "8", "--save-every", "1"]


def trainer_of(folder, loss=masked_loss, photos=None, **recipe):
    torch.manual_seed(0)
    made = Recipe((Stage(32, 16),), batch=4, warm_up=1, **recipe)
    return Trainer(SkinNet(drop_rate=0.2), loss, Batches(photos or noise_photos(), 4, 0), made, folder)


def test_a_run_killed_at_any_moment_ends_with_the_bytes_of_one_that_was_not(tmp_path):
    env = os.environ | {"OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "training.train", *TINY, "--out"]
    root = tmp_path / "work"
    root.mkdir()
    env["PYTHONPATH"] = str(ROOT)
    subprocess.run([*command, "whole"], cwd=root, env=env, check=True, capture_output=True)
    doomed = subprocess.Popen([*command, "killed"], cwd=root, env=env, stderr=subprocess.DEVNULL)
    while not (root / "killed" / "last.pt").exists():
        assert doomed.poll() is None, "the run ended before it could be killed"
        time.sleep(0.02)
    doomed.send_signal(signal.SIGKILL)
    doomed.wait()
    assert not (root / "killed" / WEIGHTS).exists()
    subprocess.run([*command, "killed"], cwd=root, env=env, check=True, capture_output=True)
    assert (root / "whole" / WEIGHTS).read_bytes() == (root / "killed" / WEIGHTS).read_bytes()
    steps = [row["step"] for row in RunFolder(root / "killed").rows()]
    assert steps == ["8", "16", "24"]


def test_two_processes_follow_the_loss_curve_of_one(tmp_path):
    env = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    arguments = ["-m", "training.train", *TINY, "--out"]
    subprocess.run([sys.executable, *arguments, "one"], cwd=tmp_path, env=env, check=True, capture_output=True)
    together = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    subprocess.run([*together, *arguments, "two"], cwd=tmp_path, env=env, check=True, capture_output=True)
    curves = [[float(row["loss"]) for row in RunFolder(tmp_path / name).rows()] for name in ("one", "two")]
    # Batch norm sees half the photos in each process, so the curves are near, not equal.
    assert len(curves[0]) == 3 and curves[1] == pytest.approx(curves[0], rel=0.1)


def test_dense_supervision_trains_the_trunk_beside_the_grades(tmp_path):
    trainer = trainer_of(tmp_path, photos=render_set(8, 56, seed=4))
    before = trainer.student.dense.last.weight.detach().clone()
    trainer.train_step(trainer.batches.at(0, Stage(32, 8, crop=True)))
    assert not torch.equal(before, trainer.student.dense.last.weight)


def test_the_best_weights_are_kept_and_a_run_without_progress_ends_early(tmp_path):
    trainer, scores = trainer_of(tmp_path, patience=2), iter([0.1, 0.5, 0.3, 0.2])
    kept = {}

    def score(net):
        found = next(scores)
        kept[found] = {name: value.clone() for name, value in net.state_dict().items()}
        return found

    trainer.run(score, every=1, save_every=1)
    assert trainer.step == 4 and trainer.best_score == 0.5
    assert all(torch.equal(value, kept[0.5][name]) for name, value in trainer.best.state_dict().items())


@pytest.mark.parametrize(("augmentation", "side"), [("resize_1024", 192), ("turns", 96)])
def test_a_network_is_watched_at_the_side_at_which_it_will_be_used(monkeypatch, augmentation, side):
    asked = []

    def predict(net, images, size):
        asked.append((images.shape[1], size))
        return np.zeros((len(images), 5, 5)), None

    monkeypatch.setattr(watch, "predict", predict)
    watch.Watch(material.as_seen(noise_photos(4, 192), augmentation, 96), (), "accuracy")(None)
    assert asked == [(side, side)]


def test_a_loss_that_is_no_number_stops_the_run_with_a_remedy(tmp_path):
    trainer = trainer_of(tmp_path, loss=lambda logits, labels: logits.sum() * float("nan"))
    with pytest.raises(Diverged, match="--learning-rate"):
        trainer.train_step(trainer.batches.at(0, Stage(32, 16)))


def test_a_gradient_that_is_no_number_changes_no_weight(tmp_path):
    class Steep(torch.autograd.Function):
        @staticmethod
        def forward(ctx, logits):
            return logits.sum()

        @staticmethod
        def backward(ctx, grown):
            return grown * torch.full((4, 5, 5), float("inf"))

    trainer = trainer_of(tmp_path, loss=lambda logits, labels: Steep.apply(logits))
    held = [[p.clone() for p in net.parameters()] for net in (trainer.net, trainer.averaged)]
    with pytest.raises(Diverged, match="--learning-rate; no step of this run was saved"):
        trainer.train_step(trainer.batches.at(0, Stage(32, 16)))
    for net, before in zip((trainer.net, trainer.averaged), held, strict=True):
        assert all(torch.equal(was, now) for was, now in zip(before, net.parameters(), strict=True))


def test_a_run_that_diverges_says_what_is_left_of_it(tmp_path):
    trainer = trainer_of(tmp_path, loss=lambda logits, labels: logits.sum() * float("nan"))
    trainer.save()
    with pytest.raises(Diverged, match=r"last\.pt holds the last step that was saved"):
        trainer.train_step(trainer.batches.at(0, Stage(32, 16)))


class Grown(torch.nn.Module):
    """What a checkpoint takes, with so many weights."""

    backbone, normalised_by = "none", "photo"

    def __init__(self, size):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.zeros(size))


WRITES = {
    "last.pt": lambda folder, size: RunFolder(folder).write({"step": torch.zeros(size)}),
    "log.csv": lambda folder, size: RunFolder(folder).log({"step": 1, "stage": "x" * size}),
    "checkpoint.json": lambda folder, size: checkpoint.save(folder, Grown(1), 64, Decoding(), about="x" * size),
    "weights.safetensors": lambda folder, size: checkpoint.save(folder, Grown(size), 64, Decoding()),
    "config.yaml": lambda folder, size: config.save(argparse.Namespace(out=folder, data=None, synthetic="x" * size)),
}


@contextmanager
def room_for(size: int):
    """No file may grow beyond `size` bytes, as on a disk that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("name", WRITES)
def test_a_full_disk_is_a_sentence_and_leaves_what_was_there(tmp_path, name):
    WRITES[name](tmp_path, 1)
    before = (tmp_path / name).read_bytes()
    with room_for(4000), pytest.raises(RunError, match=f"{re.escape(name)} could not be saved.*free some space"):
        WRITES[name](tmp_path, 9000)
    assert (tmp_path / name).read_bytes() == before and not list(tmp_path.glob("*.part"))


def test_photos_for_which_the_disk_has_no_room_are_a_sentence(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("training.photo_set.render_set", lambda *_: noise_photos(24, 56))
    with room_for(4000):
        assert train.main(["--out", "run", *TINY]) == 2
    assert "cache could not be saved" in capsys.readouterr().err


def test_a_log_that_a_full_disk_left_empty_gets_its_header(tmp_path):
    folder = RunFolder(tmp_path)
    (tmp_path / "log.csv").touch()
    folder.log({"step": 8, "loss": 0.5})
    folder.forget_after(8)
    assert folder.rows() == [{"step": "8", "loss": "0.5"}]


def test_a_log_without_a_header_is_named_with_a_remedy(tmp_path):
    (tmp_path / "log.csv").write_text("8,0.5\n16,0.4\n")
    with pytest.raises(RunError, match=r"log\.csv is damaged: delete it"):
        RunFolder(tmp_path).forget_after(8)


def test_a_state_of_another_network_is_named_and_stays(tmp_path):
    trainer_of(tmp_path).save()
    with pytest.raises(RunError, match="of another network or version"):
        trainer_of(tmp_path, AttendedLoss(AttributeLosses("ranked", np.ones((5, 5)))))
    trainer_of(tmp_path)


def test_what_attention_has_seen_is_saved(tmp_path):
    attended = AttendedLoss(AttributeLosses("ranked", np.ones((5, 5))))
    trainer = trainer_of(tmp_path, attended)
    trainer.train_step(trainer.batches.at(0, Stage(32, 16)))
    trainer.save()
    again = trainer_of(tmp_path, AttendedLoss(AttributeLosses("ranked", np.ones((5, 5)))))
    assert torch.equal(again.student.loss.attention.own, attended.attention.own)
    assert (attended.attention.own != 1).all()


def test_a_damaged_state_is_named(tmp_path):
    (tmp_path / "last.pt").write_bytes(b"not a state")
    with pytest.raises(RunError, match="delete it to start"):
        RunFolder(tmp_path).read(torch.device("cpu"))


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_grades_and_maps_photos(preset):
    net = SkinNet(preset, size=64).eval()
    with torch.no_grad():
        evidence, middle, last = net.trace(torch.rand(1, 3, 64, 64) * 255)
        assert evidence.shape == (1, 25, 2, 2) and torch.isfinite(evidence).all()
        assert middle.shape[1:] == (net.middle_channels, 4, 4) and last.shape[2:] == (2, 2)


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


@pytest.mark.parametrize("backbone", ["efficientnet_b0", "swin"])
def test_a_network_is_graded_at_the_side_that_it_was_last_trained_at(tmp_path, monkeypatch, backbone):
    monkeypatch.chdir(tmp_path)
    flags = ["--synthetic", "24", "--size", "64", "--stages", "32:4", "--batch", "4", "--backbone", backbone]
    assert train.main(["--out", "run", *flags]) == 0
    assert checkpoint.load(tmp_path / "run").size == 32


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


def test_batch_norms_keep_their_statistics_at_the_end_of_a_run(tmp_path):
    trainer = trainer_of(tmp_path, settle=0.5)  # of four steps
    norm = trainer.net.trunk.bn1
    means = [norm.running_mean.clone()]
    for step in range(trainer.recipe.steps):
        trainer.train_step(trainer.batches.at(step, Stage(32, 16)))
        means.append(norm.running_mean.clone())
    moved = [not torch.equal(before, after) for before, after in itertools.pairwise(means)]
    assert moved == [True, True, False, False] and norm.weight.grad is not None


def test_weights_still_change_while_batch_norms_settle(tmp_path):
    trainer = trainer_of(tmp_path, settle=1)
    before = trainer.net.trunk.conv_stem.weight.detach().clone()
    trainer.train_step(trainer.batches.at(0, Stage(32, 16)))
    assert not torch.equal(before, trainer.net.trunk.conv_stem.weight)
