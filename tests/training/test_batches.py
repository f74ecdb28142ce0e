"""Stages, batches and the truth of their windows; dense supervision."""

import numpy as np
import pytest
import torch

from tests.training.helpers import noise_photos
from training import distributed, material
from training.batches import Batches, cut, turn, window_grades
from training.dense import DenseHeads
from training.phantom.maps import SIGNS
from training.photo_set import render_set
from training.stages import Stage, check_stages, parse_stages, stage_at


@pytest.fixture(scope="module")
def skin():
    return render_set(6, 56, seed=3)


def test_stages_follow_one_another():
    stages = parse_stages("crop64:100,128:50")
    assert [stage_at(stages, image).name for image in (0, 99, 100, 149, 1000)] == ["crop64"] * 2 + ["128"] * 3


@pytest.mark.parametrize("wrong", ["", "64", "64:x", "8:10", "64:0", "cut64:5"])
def test_a_list_of_stages_that_is_none_is_refused(wrong):
    with pytest.raises(ValueError, match="SIDE:IMAGES|32 px"):
        parse_stages(wrong)


def test_windows_are_refused_where_no_map_grades_them_or_they_cut_a_cell():
    with pytest.raises(ValueError, match="synthetic skin"):
        check_stages([Stage(32, 8, crop=True)], side=56, cells=0)
    with pytest.raises(ValueError, match="whole 2 px cells"):
        check_stages([Stage(33, 8, crop=True)], side=56, cells=28)


def test_a_stage_larger_than_the_photos_is_refused():
    with pytest.raises(ValueError, match="--size 64"):
        check_stages([Stage(64, 8)], side=56, cells=28)


def test_cells_turn_and_are_cut_with_the_photo():
    rng = np.random.default_rng(0)
    cells = rng.integers(0, 256, (28, 28, 5)).astype(np.float32)
    pixels = cells[..., :3].repeat(2, 0).repeat(2, 1).astype(np.uint8)
    for size in (16, 56):
        window, means = cut(rng, size, *turn(rng, pixels, cells))
        assert window.shape == (size, size, 3)
        assert np.array_equal(window[::2, ::2], means[..., :3])


def test_a_window_is_graded_on_its_own_map_as_the_whole_photo_is(skin):
    cells = skin.cells.astype(np.float32)
    assert np.array_equal(np.stack([window_grades(one) for one in cells]), skin.clean)
    assert not np.array_equal(np.stack([window_grades(one[:14]) for one in cells]), skin.clean)


def test_a_window_teaches_no_attribute_that_its_photo_does_not(skin):
    alone = Batches(material.alone(skin, "oil"), 6, seed=7).at(0, Stage(32, 8, crop=True)).labels
    whole = Batches(skin, 6, seed=7).at(0, Stage(32, 8, crop=True)).labels
    assert torch.equal(alone[:, 0], whole[:, 0]) and (alone[:, 1:] == -1).all() and (whole >= 0).all()


def test_the_same_step_gives_the_same_batch_and_another_step_another(skin):
    batches, stage = Batches(skin, 2, seed=7), Stage(32, 8, crop=True)
    one, again, other = batches.at(1, stage), batches.at(1, stage), batches.at(2, stage)
    assert torch.equal(one.images, again.images) and torch.equal(one.labels, again.labels)
    assert not torch.equal(one.images, other.images)


def test_processes_share_the_batch_of_one(skin, monkeypatch):
    batches, stage = Batches(skin, 4, seed=7), Stage(56, 8)
    whole = batches.at(0, stage)
    monkeypatch.setattr(distributed, "world", lambda: 2)
    for rank in (0, 1):
        monkeypatch.setattr(distributed, "rank", lambda rank=rank: rank)
        share = batches.at(0, stage)
        assert torch.equal(share.images, whole.images[rank::2]) and torch.equal(share.labels, whole.labels[rank::2])


def test_every_photo_is_seen_once_an_epoch():
    batches = Batches(noise_photos(12), 4, seed=0)
    assert sorted(np.concatenate([batches.indices(step) for step in range(3)])) == list(range(12))


def test_weights_decide_which_photos_are_drawn():
    weights = np.zeros(12)
    weights[[2, 5]] = 0.5
    batches = Batches(noise_photos(12), 4, 0, weights)
    assert set(np.concatenate([batches.indices(step) for step in range(6)])) == {2, 5}


def test_a_named_augmentation_replaces_the_turns_and_the_maps(skin):
    batches = Batches(skin, 4, 0, augmentation="HorizontalFlip")
    assert not batches.mapped
    assert batches.at(0, Stage(32, 8)).images.shape == (4, 3, 32, 32)


def test_strength_counts_the_limits_that_a_mean_has_passed():
    dense, limits = DenseHeads(2, 3), SIGNS["oil"].limits
    means = torch.zeros(6, 5, 1, 1)
    means[:, 0, 0, 0] = torch.tensor([0, *limits, 9.0])
    assert torch.allclose(dense.strength(means)[:, 0].flatten(), torch.arange(6.0))


def test_severity_maps_are_misplaced_unless_they_show_the_sign():
    dense, cells = DenseHeads(2, 3), torch.zeros(1, 5, 4, 4)
    cells[:, :, 0, 0] = 9.0  # a strong sign of everything in one corner
    there = cells * dense.signs.view(1, -1, 1, 1)
    assert dense.misplaced(there, cells) == pytest.approx(0, abs=1e-5)
    assert dense.misplaced(there.flip(2), cells) == pytest.approx(1, abs=1e-5)
    assert dense.misplaced(-there, cells) == pytest.approx(1, abs=1e-5)


def test_photos_without_a_sign_leave_the_severity_maps_alone():
    assert DenseHeads(2, 3).misplaced(torch.rand(2, 5, 4, 4), torch.zeros(2, 5, 8, 8)) == 0
