"""The batches of a run in order, made in processes of their own where a GPU would wait for them.

Every batch follows from its step alone (`training.batches`), so it does not matter which process makes it.
"""

import os
from collections.abc import Iterator

import torch
from torch.utils.data import DataLoader, Dataset

from training.batches import Batch, Batches
from training.recipe import Recipe

MOST_WORKERS = 8


class Steps(Dataset[Batch]):
    """Batches by step number."""

    def __init__(self, batches: Batches, recipe: Recipe) -> None:
        self.batches, self.recipe = batches, recipe

    def __getitem__(self, step: int) -> Batch:
        return self.batches.at(step, self.recipe.stage(step))


def feed(batches: Batches, recipe: Recipe, steps: range, workers: int | None) -> Iterator[Batch]:
    """The batches of `steps`, made ahead by `workers` processes; None: as many as the device is worth."""
    count = default_workers() if workers is None else workers
    return iter(DataLoader(Steps(batches, recipe), batch_size=None, sampler=steps, num_workers=count))


def default_workers() -> int:
    """On the CPU none, since training has every core at work already; beside a GPU the cores but one, eight at most."""
    return min(MOST_WORKERS, (os.cpu_count() or 1) - 1) if torch.cuda.is_available() else 0
