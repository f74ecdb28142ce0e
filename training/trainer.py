"""The training loop: AdamW with warm-up and cosine decay, averaged weights, resumable to the step."""

import copy
import csv
import math
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn
from tqdm import tqdm

from training.batches import Batch, Batches, Stage, stage_at
from training.dense import WEIGHT, DenseHeads
from training.losses import masked_loss
from training.model import MIDDLE_CHANNELS, SkinNet

LAST, LOG = "last.pt", "log.csv"


@dataclass(frozen=True)
class Recipe:
    """What shapes a run; saved beside the checkpoint."""

    stages: tuple[Stage, ...]
    batch: int = 32
    learning_rate: float = 2e-3
    weight_decay: float = 0.02
    warm_up: int = 200  # steps
    averaging: float = 0.995  # decay of the averaged weights
    seed: int = 0

    @property
    def steps(self) -> int:
        """Steps of the whole run."""
        return sum(stage.images for stage in self.stages) // self.batch


class Trainer:
    """Trains `net` on `batches`, keeping an average of its weights, and continues from `folder/last.pt`."""

    def __init__(self, net: SkinNet, batches: Batches, recipe: Recipe, folder: Path) -> None:
        self.recipe, self.batches, self.folder, self.step = recipe, batches, folder, 0
        self.net = net.to(memory_format=torch.channels_last)
        self.averaged = copy.deepcopy(self.net).eval()
        self.dense = DenseHeads(MIDDLE_CHANNELS, net.trunk.num_features)
        decay, plain = _by_decay(nn.ModuleList([self.net, self.dense]))
        groups = [{"params": decay, "weight_decay": recipe.weight_decay}, {"params": plain, "weight_decay": 0.0}]
        self.optimizer = torch.optim.AdamW(groups, lr=recipe.learning_rate)
        if (folder / LAST).exists():
            self._resume()

    def run(self, validate: Callable[[SkinNet, Stage], float], every: int) -> None:
        """Train to the end; every `every` steps validate, log a row and save."""
        bar = tqdm(total=self.recipe.steps, initial=self.step, desc="training", unit="step")
        losses: list[float] = []
        started = time.monotonic()
        while self.step < self.recipe.steps:
            stage = stage_at(self.recipe.stages, self.step * self.recipe.batch)
            losses.append(self._train_step(self.batches.at(self.step, stage)))
            self.step += 1
            bar.update()
            if self.step % every == 0 or self.step == self.recipe.steps:
                score = validate(self.averaged, stage)
                loss = sum(losses) / len(losses)
                self._log(stage, loss, score, time.monotonic() - started)
                self.save()
                bar.set_postfix(stage=stage.name, loss=f"{loss:.3f}", p_recall=f"{score:.3f}")
                losses.clear()
        bar.close()

    def _train_step(self, batch: Batch) -> float:
        for group in self.optimizer.param_groups:
            group["lr"] = self.recipe.learning_rate * self._rate()
        self.net.train()
        logits, middle, last = self.net.trace(batch.images.contiguous(memory_format=torch.channels_last))
        loss = masked_loss(logits, batch.labels)
        if batch.cells is not None:
            loss = loss + WEIGHT * self.dense.loss(middle, last, batch.cells)
        self.optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.net.parameters(), 5.0)
        self.optimizer.step()
        self._average()
        return loss.item()

    def _rate(self) -> float:
        warm, step, steps = self.recipe.warm_up, self.step, self.recipe.steps
        if step < warm:
            return (step + 1) / warm
        return 0.5 * (1 + math.cos(math.pi * (step - warm) / max(1, steps - warm)))

    @torch.no_grad()
    def _average(self) -> None:
        decay = min(self.recipe.averaging, (1 + self.step) / (10 + self.step))
        for kept, new in zip(self.averaged.state_dict().values(), self.net.state_dict().values(), strict=True):
            if kept.is_floating_point():
                kept.lerp_(new, 1 - decay)
            else:
                kept.copy_(new)

    def save(self) -> None:
        """Write `last.pt` whole or not at all."""
        self.folder.mkdir(parents=True, exist_ok=True)
        parts = ("net", "averaged", "dense", "optimizer")
        state = {"step": self.step} | {name: getattr(self, name).state_dict() for name in parts}
        torch.save(state, self.folder / f"{LAST}.part")
        os.replace(self.folder / f"{LAST}.part", self.folder / LAST)

    def _resume(self) -> None:
        state = torch.load(self.folder / LAST, weights_only=True)
        for name in ("net", "averaged", "dense", "optimizer"):
            getattr(self, name).load_state_dict(state[name])
        self.step = state["step"]

    def _log(self, stage: Stage, loss: float, score: float, seconds: float) -> None:
        path = self.folder / LOG
        self.folder.mkdir(parents=True, exist_ok=True)
        new = not path.exists()
        with path.open("a", newline="") as file:
            writer = csv.writer(file)
            if new:
                writer.writerow(["step", "images", "stage", "loss", "mean_p_recall_present", "seconds"])
            images = self.step * self.recipe.batch
            writer.writerow([self.step, images, stage.name, f"{loss:.4f}", f"{score:.4f}", f"{seconds:.0f}"])


def _by_decay(net: nn.Module) -> tuple[Sequence[nn.Parameter], Sequence[nn.Parameter]]:
    """Weights of convolutions, which decay, and the rest, which do not."""
    decay = [p for p in net.parameters() if p.ndim > 1]
    return decay, [p for p in net.parameters() if p.ndim <= 1]
