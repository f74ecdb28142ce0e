"""Training resumes to the bit, stops where it should, and its best weights are those that will be used."""

import itertools
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch

from tests.training.helpers import TINY, noise_photos
from training import checkpoint, material, train, watch
from training.attention import AttendedLoss
from training.attribute_losses import AttributeLosses
from training.backbones import PRESETS
from training.batches import Batches
from training.checkpoint import WEIGHTS
from training.losses import masked_loss
from training.model import SkinNet
from training.photo_set import render_set
from training.recipe import Recipe
from training.run_folder import RunFolder
from training.saving import RunError
from training.stages import Stage
from training.trainer import Diverged, Trainer

ROOT = Path(__file__).parents[2]


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


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_grades_and_maps_photos(preset):
    net = SkinNet(preset, size=64).eval()
    with torch.no_grad():
        evidence, middle, last = net.trace(torch.rand(1, 3, 64, 64) * 255)
        assert evidence.shape == (1, 25, 2, 2) and torch.isfinite(evidence).all()
        assert middle.shape[1:] == (net.middle_channels, 4, 4) and last.shape[2:] == (2, 2)


@pytest.mark.parametrize("backbone", ["efficientnet_b0", "swin"])
def test_a_network_is_graded_at_the_side_that_it_was_last_trained_at(tmp_path, monkeypatch, backbone):
    monkeypatch.chdir(tmp_path)
    flags = ["--synthetic", "24", "--size", "64", "--stages", "32:4", "--batch", "4", "--backbone", backbone]
    assert train.main(["--out", "run", *flags]) == 0
    assert checkpoint.load(tmp_path / "run").size == 32


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
