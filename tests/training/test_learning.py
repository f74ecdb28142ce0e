"""The network, its loss, its maps; training resumes to the same weights; the commands say what is wrong."""

import json
import subprocess
import sys

import numpy as np
import pytest
import timm
import torch

from training import checkpoint, evaluate, train
from training.batches import Batches, Stage, check_stages, cut, parse_stages, stage_at, turn, window_grades
from training.calibrate import conformal_threshold, fit_temperature
from training.dense import DenseHeads
from training.losses import masked_loss
from training.model import SEVERITY, OfflineWeights, SkinNet, severity_maps
from training.phantom.maps import SIGNS
from training.photo_set import PhotoSet, render_set, unmapped
from training.trainer import Recipe, Trainer


@pytest.fixture(scope="module")
def net() -> SkinNet:
    torch.manual_seed(0)
    return SkinNet().eval()


def photos(n: int = 12, size: int = 32) -> PhotoSet:
    rng = np.random.default_rng(0)
    labels = rng.integers(-1, 5, (n, 5))
    images, none = rng.integers(0, 256, (n, size, size, 3), np.uint8), np.zeros(n, int)
    return PhotoSet(images, labels, labels, none, none, unmapped(n))


def test_maps_average_to_the_severity_logit(net):
    image = torch.rand(2, 3, 64, 64) * 255
    with torch.no_grad():
        maps, logits = severity_maps(net.evidence(image)), net(image)
    assert torch.allclose(maps.mean([2, 3]), logits @ torch.tensor(SEVERITY), atol=1e-5)


def test_the_loss_ignores_what_is_not_labelled():
    logits = torch.randn(4, 5, 5)
    labels = torch.full((4, 5), -1)
    assert masked_loss(logits, labels).item() == 0
    labels[0, 0] = 3
    other = logits.clone()
    other[1:] += 5
    assert masked_loss(logits, labels) == masked_loss(other, labels)


def test_a_far_miss_costs_more_than_a_near_one():
    sure = torch.eye(5)[[3]].mul(9)[:, None].repeat(1, 5, 1)
    near, far = torch.full((1, 5), 2), torch.full((1, 5), 0)
    assert masked_loss(sure, far) > masked_loss(sure, near)


def test_a_run_that_was_stopped_ends_with_the_weights_of_one_that_was_not(tmp_path):
    recipe = Recipe((Stage(32, 16),), batch=4, warm_up=1)

    def trained(folder, stops):
        for stop in stops:
            torch.manual_seed(0)
            trainer = Trainer(SkinNet(), Batches(photos(), 4, 0), recipe, folder)
            while trainer.step < stop:
                trainer._train_step(trainer.batches.at(trainer.step, Stage(32, 16)))
                trainer.step += 1
            trainer.save()
        return trainer.averaged.state_dict()

    whole, stopped = trained(tmp_path / "a", [4]), trained(tmp_path / "b", [2, 4])
    assert all(torch.allclose(whole[name].float(), stopped[name].float(), atol=1e-6) for name in whole)


def test_a_checkpoint_reads_back_what_was_saved(tmp_path, net):
    from training.decoding import Decoding

    decoding = Decoding(temperature=(1.5,) * 5)
    checkpoint.save(tmp_path, net, 64, decoding, training={"data": "x"})
    loaded = checkpoint.load(tmp_path)
    image = torch.rand(1, 3, 64, 64) * 255
    with torch.no_grad():
        assert torch.allclose(loaded.net(image), net(image), atol=2e-2)
    assert loaded.decoding == decoding and loaded.size == 64


@pytest.mark.parametrize("damage", ["no record", "no json", "no weights", "cut weights"])
def test_a_damaged_checkpoint_is_refused_with_a_sentence(tmp_path, net, damage):
    from training.decoding import Decoding

    checkpoint.save(tmp_path, net, 64, Decoding())
    record, weights = tmp_path / checkpoint.RECORD, tmp_path / checkpoint.WEIGHTS
    {
        "no record": record.unlink,
        "no json": lambda: record.write_text("{"),
        "no weights": weights.unlink,
        "cut weights": lambda: weights.write_bytes(weights.read_bytes()[:1000]),
    }[damage]()
    with pytest.raises(checkpoint.CheckpointError):
        checkpoint.load(tmp_path)


def test_stages_follow_one_another():
    stages = parse_stages("64:100,128:50")
    assert [stage_at(stages, image).size for image in (0, 99, 100, 149, 1000)] == [64, 64, 128, 128, 128]
    for wrong in ("", "64", "64:x", "8:10", "64:0"):
        with pytest.raises(ValueError, match="SIDE:IMAGES|32 px"):
            parse_stages(wrong)


def test_temperature_undoes_a_scaling():
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 5, 4000)
    logits = np.eye(5)[truth] * 2 + rng.gumbel(size=(4000, 5))
    assert fit_temperature(3 * logits, truth) / fit_temperature(logits, truth) == pytest.approx(3, rel=0.05)


def test_conformal_ranges_cover_nine_in_ten_of_new_photos():
    from training.decoding import plausible_grades
    from training.metrics import covered_share

    rng = np.random.default_rng(0)
    p = rng.dirichlet(np.ones(5) * 2, 4000)
    truth = np.array([rng.choice(5, p=row) for row in p])
    q = conformal_threshold(p[:2000], truth[:2000])
    low, high = plausible_grades(p[2000:], np.array(q))
    assert 0.88 <= covered_share(truth[2000:], low, high) <= 0.95


def test_without_a_network_pretrained_weights_say_what_to_do_instead(monkeypatch):
    def offline(*args, pretrained=False, **kwargs):
        raise OSError("no route")

    monkeypatch.setattr(timm, "create_model", offline)
    with pytest.raises(OfflineWeights, match="--init"):
        SkinNet(pretrained=True)


def test_a_tiny_run_trains_on_a_folder_and_is_evaluated(tmp_path, capsys):
    from training.phantom.__main__ import main as render

    render(["--out", str(tmp_path / "skin"), "--count", "12", "--side", "64"])
    command = ["--data", str(tmp_path / "skin"), "--out", str(tmp_path / "run"), "--size", "32", "--stages", "32:16"]
    assert train.main([*command, "--batch", "4", "--every", "2"]) == 0
    capsys.readouterr()
    assert evaluate.main(["--checkpoint", str(tmp_path / "run"), "--data", str(tmp_path / "skin"), "--json", "-"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert set(figures["attributes"]["oil"]) >= {"p_recall", "p_recall_present", "ci95", "n"}
    assert sum(figures["attributes"]["oil"]["n"]) == 12
    assert len((tmp_path / "run" / "log.csv").read_text().splitlines()) == 3


def test_evaluating_nothing_ends_with_2_and_one_sentence(tmp_path, capsys):
    assert evaluate.main(["--checkpoint", str(tmp_path), "--synthetic", "5"]) == 2
    assert capsys.readouterr().err.startswith("training.evaluate: ")


def test_importing_the_attributes_does_not_import_torch():
    code = "import training.attributes, sys; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_cells_turn_and_are_cut_with_the_photo():
    rng = np.random.default_rng(0)
    cells = rng.integers(0, 256, (6, 28, 28, 5)).astype(np.float32)
    images = cells[..., :3].repeat(2, 1).repeat(2, 2).astype(np.uint8)
    for size in (16, 56):
        pixels, means = cut(rng, size, *turn(rng, images, cells))
        assert pixels.shape[1:3] == (size, size)
        assert np.array_equal(pixels[:, ::2, ::2], means[..., :3])


def test_a_window_is_graded_on_its_own_map_as_the_whole_photo_is():
    skin = render_set(6, 56, seed=3)
    assert np.array_equal(window_grades(skin.cells.astype(np.float32)), skin.clean)
    halves = window_grades(skin.cells[:, :14].astype(np.float32))
    assert halves.shape == (6, 5) and not np.array_equal(halves, skin.clean)


def test_windows_are_refused_where_no_map_grades_them():
    with pytest.raises(ValueError, match="synthetic skin"):
        check_stages([Stage(32, 8, crop=True)], photos())
    with pytest.raises(ValueError, match="whole 2 px cells"):
        check_stages([Stage(33, 8, crop=True)], render_set(1, 56, seed=3))


def test_strength_counts_the_limits_that_a_mean_has_passed():
    dense, limits = DenseHeads(2, 3), SIGNS["oil"].limits
    means = torch.zeros(6, 5, 1, 1)
    means[:, 0, 0, 0] = torch.tensor([0, *limits, 9.0])
    assert torch.allclose(dense.strength(means)[:, 0].flatten(), torch.arange(6.0))


def test_dense_supervision_trains_the_trunk_beside_the_grades(tmp_path):
    skin = render_set(8, 56, seed=4)
    trainer = Trainer(SkinNet(), Batches(skin, 4, 0), Recipe((Stage(32, 8, crop=True),), batch=4), tmp_path)
    batch = trainer.batches.at(0, Stage(32, 8, crop=True))
    assert batch.cells is not None and batch.images.shape == (4, 3, 32, 32)
    before = trainer.dense.last.weight.detach().clone()
    trainer._train_step(batch)
    assert not torch.equal(before, trainer.dense.last.weight)
