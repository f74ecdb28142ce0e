"""What shapes a run: batch, learning rate and its schedule, decay, averaging, and how its last tenth differs."""

import math
from dataclasses import dataclass

from training.attention import SHARPNESS
from training.stages import Stage, stage_at


@dataclass(frozen=True)
class Recipe:
    """What shapes a run; saved beside the checkpoint."""

    stages: tuple[Stage, ...]
    batch: int = 32
    learning_rate: float = 2e-3
    weight_decay: float = 0.02
    schedule: str = "cosine"  # or constant
    warm_up: int = 200  # steps
    clip: float = 5.0  # largest norm of the gradient
    averaging: float = 0.995  # decay of the averaged weights
    attention: float = SHARPNESS  # to what is learned least; 0: every label counts alike
    settle: float = 0.1  # share of the steps, at the end, in which batch norms keep their statistics
    precision: str = "fp32"  # or bf16: mixed precision where the device gains from it
    patience: int = 0  # validations without a better score before stopping early; 0: never
    seed: int = 0

    @property
    def steps(self) -> int:
        """Steps of the whole run."""
        return sum(stage.images for stage in self.stages) // self.batch

    def stage(self, step: int) -> Stage:
        """The stage that a step belongs to."""
        return stage_at(self.stages, step * self.batch)

    def settling(self, step: int) -> bool:
        """Whether batch norms use the statistics they have, as they will when grading.

        Normalised by its own batch, a photo of extreme features hides what it does alone: here it is learned.
        """
        return step >= self.steps * (1 - self.settle)

    def rate(self, step: int) -> float:
        """Learning rate of a step."""
        if step < self.warm_up:
            return self.learning_rate * (step + 1) / self.warm_up
        if self.schedule == "constant":
            return self.learning_rate
        done = (step - self.warm_up) / max(1, self.steps - self.warm_up)
        return self.learning_rate * 0.5 * (1 + math.cos(math.pi * done))
