"""Attention: what has been learned least is taught most.

One network learns five attributes from one loss. In equal shares the gradients of those that it has learned drown what
there is to see of the others: oil and pigmentation, which networks of their own learned from 16,000 images each
(P-Recall .53 and .57), stayed at .20 and .32 beside the other three in 80,000 (`heads` in RESULTS.md). Shares follow
the running loss of each attribute, measured against that of the best answer that looks at no photo; the idea is that of
dynamic weight averages (Liu et al., arXiv 1803.10704) and of focusing on hard tasks (Guo et al., "Dynamic Task
Prioritization", ECCV 2018).
"""

import torch
from torch import Tensor, nn

from training.attribute_losses import AttributeLosses
from training.attributes import KEYS
from training.losses import NOT_LABELLED

SHARPNESS = 5.0  # of the preference; 0: equal shares
MEMORY = 0.95  # decay of the running record of what has been learned
WORST = 1.5  # times the loss of a constant answer: a jolt that leads there shall not take all shares
LEAST = 0.01  # loss of a constant answer: below it, as where all photos have one grade, nothing is to be learned


class Attention(nn.Module):
    """Running losses (5,), an attribute's own and that of a constant answer -> its share of what is to be learned.

    Of several processes the first one's batches are recorded, and DDP hands its record to the others.
    """

    own: Tensor
    constant: Tensor

    def __init__(self, sharpness: float = SHARPNESS) -> None:
        super().__init__()
        if sharpness < 0:
            raise ValueError(f"attention {sharpness:g} would teach most what is known best: give 0 or more")
        self.sharpness = sharpness
        self.register_buffer("own", torch.ones(len(KEYS)))
        self.register_buffer("constant", torch.ones(len(KEYS)))

    def forward(self, own: Tensor, constant: Tensor, known: Tensor | None = None) -> Tensor:
        """Shares (5,) of sum 1 after a batch with these losses; where `known` is false it had none to record."""
        if self.training:
            pace = torch.full_like(self.own, 1 - MEMORY) if known is None else known * (1 - MEMORY)
            self.own.lerp_(own.detach().to(self.own), pace)
            self.constant.lerp_(constant.to(self.constant), pace)
        return (self.sharpness * (self.own / self.constant.clamp(min=LEAST)).clamp(max=WORST)).softmax(0)


class AttendedLoss(nn.Module):
    """The loss of grades in shares by attention; of sharpness 0, every label counts alike."""

    constant: Tensor

    def __init__(self, losses: AttributeLosses, sharpness: float = SHARPNESS) -> None:
        super().__init__()
        self.losses, self.attention = losses, Attention(sharpness)
        self.register_buffer("constant", losses.of_constant().float(), persistent=False)

    def forward(self, logits: Tensor, labels: Tensor) -> Tensor:
        """Scalar for logits (B,5,5) and labels (B,5), 0..4 or -1; 0 when nothing is labelled."""
        each, count = self.losses.each(logits, labels), (labels != NOT_LABELLED).sum(0)
        shares = self.attention(each, self.constant, count > 0).to(each) * count
        return (shares / shares.sum().clamp(min=torch.finfo(shares.dtype).tiny) * each).sum()
