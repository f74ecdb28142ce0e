"""Weights are forgotten from the head down, and maps that do not hang on them fail."""

import copy

import numpy as np
import pytest
import torch

from training.faithfulness import randomise


def test_reinitialising_forgets_the_head_then_what_is_below_and_leaves_the_original(net):
    before = copy.deepcopy(net.state_dict())
    names = [name for name, _ in randomise.top_down(net)]
    assert names[:3] == ["head", "conv_head", "blocks.6"] and names[-1] == "conv_stem"
    changed = {}
    for depth in (1, 2):
        after = randomise.reinitialised(net, depth, seed=3).state_dict()
        changed[depth] = {
            name for name in before if before[name].ndim > 1 and not torch.equal(before[name], after[name])
        }
    assert changed == {1: {"head.weight"}, 2: {"head.weight", "trunk.conv_head.weight"}}
    assert all(torch.equal(before[name], value) for name, value in net.state_dict().items())


def test_reinitialising_follows_the_seed(net):
    first, again, other = (randomise.reinitialised(net, 1, seed).head.weight for seed in (1, 1, 2))
    assert torch.equal(first, again) and not torch.equal(first, other)


def test_maps_that_do_not_hang_on_the_weights_fail_the_randomisation_check(net):
    fixed = np.random.default_rng(0).random((4, 5, 3, 3))
    report = randomise.randomisation_report(net, lambda _: fixed, seed=0)
    assert not report["holds"] and {row["rank_correlation"] for row in report["depths"]} == {1.0}


def test_maps_that_only_change_sign_show_in_the_mean_of_magnitudes():
    maps = np.random.default_rng(0).random((4, 5, 3, 3))
    found = np.stack([randomise.correlations(maps, sign * maps) for sign in (1, -1)])
    figures = randomise.summary(found)
    assert figures["rank_correlation"] == pytest.approx(0) and figures["rank_correlation_abs"] == pytest.approx(1)
