"""What is trained: the grader with its loss, and beside it the dense heads where maps are known."""

from collections.abc import Callable
from typing import Any

from torch import Tensor, nn

from training.attention import SHARPNESS
from training.batches import Batch
from training.dense import DenseHeads
from training.model import SkinNet, logits_of, severity_maps

Loss = Callable[[Tensor, Tensor], Tensor]  # logits (B,5,5), labels (B,5) -> scalar


class Student(nn.Module):
    """A batch -> its loss."""

    def __init__(self, net: SkinNet, loss: Loss, dense: bool, sharpness: float = SHARPNESS) -> None:
        super().__init__()
        self.net, self.loss = net, loss
        self.dense = DenseHeads(net.middle_channels, net.trunk.num_features, sharpness) if dense else None

    def by_decay(self, weight_decay: float) -> list[dict[str, Any]]:
        """Weights of convolutions and linear maps, which decay, and the rest, which do not."""
        parameters = list(self.parameters())
        return [
            {"params": [p for p in parameters if p.ndim > 1], "weight_decay": weight_decay},
            {"params": [p for p in parameters if p.ndim <= 1], "weight_decay": 0.0},
        ]

    def keep_statistics(self) -> None:
        """Let batch normalisation use its running statistics and leave them as they are."""
        for module in self.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.eval()

    def forward(self, batch: Batch) -> Tensor:
        if self.dense is None or batch.cells is None:
            return self.loss(self.net(batch.images).float(), batch.labels)
        evidence, middle, last = (x.float() for x in self.net.trace(batch.images))
        graded = self.loss(logits_of(evidence), batch.labels)
        return graded + self.dense.loss(severity_maps(evidence), middle, last, batch.cells)
