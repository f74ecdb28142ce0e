"""Batches made ahead by other processes are those that the step alone decides, in order."""

import pytest
import torch

from tests.training.helpers import noise_photos
from training import feed as feeding
from training.batches import Batches
from training.feed import feed
from training.recipe import Recipe
from training.stages import Stage

RECIPE = Recipe((Stage(32, 8), Stage(48, 8)), batch=4)


@pytest.mark.parametrize("workers", [0, 2])
def test_batches_come_in_order_and_follow_the_stages_whoever_makes_them(workers):
    batches = Batches(noise_photos(), 4, seed=3)
    made = list(feed(batches, RECIPE, range(1, 4), workers))
    assert [batch.images.shape[-1] for batch in made] == [32, 48, 48]
    for step, batch in enumerate(made, 1):
        expected = batches.at(step, RECIPE.stages[step // 2])
        assert torch.equal(batch.images, expected.images) and torch.equal(batch.labels, expected.labels)


def test_stages_follow_the_recipes_batch_also_where_photos_are_fewer():
    few = Batches(noise_photos(2), 4, seed=3)
    assert [batch.images.shape[-1] for batch in feed(few, RECIPE, range(4), 0)] == [32, 32, 48, 48]


def test_the_cpu_makes_its_own_batches_and_a_gpu_has_helpers(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert feeding.default_workers() == 0
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(feeding.os, "cpu_count", lambda: 64)
    assert feeding.default_workers() == feeding.MOST_WORKERS
