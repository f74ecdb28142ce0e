"""The training loop: AdamW with warm-up and a schedule, averaged weights, the best kept, resumable to the step."""

import copy
import math
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import torch
from torch import nn
from tqdm import tqdm

from training import distributed
from training.averaging import average
from training.batches import Batch, Batches
from training.feed import feed
from training.model import SkinNet
from training.recipe import Recipe
from training.resume import insist_on_same_photos
from training.run_folder import RunFolder
from training.stages import Stage
from training.student import Loss, Student
from training.tracking import Track

Score = Callable[[SkinNet], float]


class Diverged(RuntimeError):
    """The loss or its gradient is not a number any more."""


class Trainer:
    """Trains `net` on `batches`, keeps an average of its weights and the best of those, and continues from `folder`."""

    def __init__(self, net: SkinNet, loss: Loss, batches: Batches, recipe: Recipe, folder: Path) -> None:
        self.recipe = replace(recipe, batch=batches.batch)  # a set of fewer photos than a batch fills smaller ones
        self.batches, self.step, self.stale, self.began = batches, 0, 0, time.monotonic()
        self.device = distributed.join()
        self.net = net.to(self.device).to(memory_format=torch.channels_last)
        self.averaged, self.best, self.best_score = copy.deepcopy(self.net).eval(), copy.deepcopy(net), -math.inf
        self.student = Student(self.net, loss, batches.mapped, recipe.attention).to(self.device)
        self.shared = distributed.shared(self.student)
        self.optimizer = torch.optim.AdamW(self.student.by_decay(recipe.weight_decay), lr=recipe.learning_rate)
        self.folder, self.learned, self.judged = RunFolder(folder), batches.digest(), batches.side_of(recipe.stages[-1])
        if state := self.folder.read(self.device):
            self._restore(state)

    def run(
        self,
        score: Score,
        every: int,
        save_every: int,
        track: Track = lambda row: None,
        workers: int | None = None,
    ) -> None:
        """Train to the end or until nothing improves; validate, log and save every so many steps.

        `workers` processes make the batches (`training.feed`).
        """
        quiet = distributed.rank() != 0
        bar = tqdm(total=self.recipe.steps, initial=self.step, desc="training", unit="step", disable=quiet)
        losses: list[float] = []
        left = range(self.step, self.step if self.exhausted else self.recipe.steps)
        for batch in feed(self.batches, self.recipe, left, workers):
            stage = self.recipe.stage(self.step)
            losses.append(self.train_step(batch))
            bar.update()
            if self.step % every == 0 or self.step == self.recipe.steps:
                row = self._validate(score, stage, losses)
                if not quiet:
                    self.folder.log(row | {"seconds": round(self.seconds)})
                    track(row)
                bar.set_postfix(row)
            if self.step % save_every == 0 or self.step % every == 0 or self.step == self.recipe.steps:
                self.save()
            if self.exhausted:
                break
        bar.close()

    @property
    def seconds(self) -> float:
        """Seconds that the run has taken, in all its sessions."""
        return time.monotonic() - self.began

    @property
    def exhausted(self) -> bool:
        """Whether the last `patience` validations brought nothing better."""
        return 0 < self.recipe.patience <= self.stale

    def train_step(self, batch: Batch) -> float:
        """Learn from one batch; returns its loss. Raises `Diverged`."""
        torch.manual_seed(self.recipe.seed * 1_000_003 + self.step)  # dropout's draws follow from the step
        self.student.train()
        if self.recipe.settling(self.step):
            self.student.keep_statistics()
        for group in self.optimizer.param_groups:
            group["lr"] = self.recipe.rate(self.step)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.recipe.precision == "bf16"):
            loss = self.shared(batch.to(self.device))
        if not torch.isfinite(loss):
            raise self._diverged(f"loss of step {self.step} is {loss.item()}")
        self.optimizer.zero_grad()
        loss.backward()
        length = nn.utils.clip_grad_norm_(self.student.parameters(), self.recipe.clip)
        if not torch.isfinite(length):  # clipped, it would be no number in all weights
            raise self._diverged(f"gradient of step {self.step} has length {length.item()}")
        self.optimizer.step()
        average(self.averaged, self.net, min(self.recipe.averaging, self.step / (10 + self.step)))
        self.step += 1
        return loss.item()

    def _diverged(self, what: str) -> Diverged:
        return Diverged(f"the {what}: lower --learning-rate; {self.folder.left}")

    def _validate(self, score: Score, stage: Stage, losses: list[float]) -> dict[str, float | int | str]:
        here = score(self.averaged) if distributed.rank() == 0 else 0.0
        found = distributed.from_first(here, self.device)
        loss = distributed.mean(sum(losses) / len(losses), self.device)
        losses.clear()
        self.stale += 1
        if found > self.best_score:
            self.best_score, self.stale = found, 0
            self.best.load_state_dict(self.averaged.state_dict())
        figures = {"loss": round(loss, 4), "score": round(found, 4)}
        return {"step": self.step, "images": self.step * self.recipe.batch, "stage": stage.name, **figures}

    PARTS = ("student", "averaged", "best", "optimizer")
    PLAIN = ("step", "stale", "best_score", "seconds", "learned", "judged")

    def save(self) -> None:
        """Keep all that the next step depends on."""
        if distributed.rank() == 0:
            plain = {name: getattr(self, name) for name in self.PLAIN}
            self.folder.write(plain | {part: getattr(self, part).state_dict() for part in self.PARTS})

    def _restore(self, state: dict) -> None:
        insist_on_same_photos(self.folder.folder, state.get("learned", self.learned), self.learned)
        self.folder.fill({part: getattr(self, part) for part in self.PARTS}, state)
        self.step = state["step"]
        if state.get("judged", self.judged) == self.judged:  # else the scores so far were at another side
            self.stale, self.best_score = state["stale"], state["best_score"]
        self.began -= state.get("seconds", 0.0)
        self.folder.forget_after(self.step)
