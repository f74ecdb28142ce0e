"""Weights and statistics are averaged, counters copied, and the network that learns is left alone."""

import torch
from torch import nn

from training.averaging import average


def test_weights_and_statistics_move_a_tenth_of_the_way_and_counters_all_of_it():
    kept, new = nn.BatchNorm2d(3), nn.BatchNorm2d(3)
    with torch.no_grad():
        new.weight.fill_(2)
        new.running_mean.fill_(5)
    new.num_batches_tracked.fill_(7)
    average(kept, new, 0.9)
    assert torch.allclose(kept.weight, torch.full((3,), 1.1)) and torch.allclose(
        kept.running_mean, torch.full((3,), 0.5)
    )
    assert kept.num_batches_tracked == 7 and torch.equal(new.weight, torch.full((3,), 2.0))
