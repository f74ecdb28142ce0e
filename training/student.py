"""What is trained: the grader with its loss, and beside it the dense heads where maps are known."""

from collections.abc import Callable

from torch import Tensor, nn

from training.batches import Batch
from training.dense import WEIGHT, DenseHeads
from training.model import SkinNet

Loss = Callable[[Tensor, Tensor], Tensor]  # logits (B,5,5), labels (B,5) -> scalar


class Student(nn.Module):
    """A batch -> its loss."""

    def __init__(self, net: SkinNet, loss: Loss, dense: bool) -> None:
        super().__init__()
        self.net, self.loss = net, loss
        self.dense = DenseHeads(net.middle_channels, net.trunk.num_features) if dense else None

    def forward(self, batch: Batch) -> Tensor:
        if self.dense is None or batch.cells is None:
            return self.loss(self.net(batch.images).float(), batch.labels)
        logits, middle, last = self.net.trace(batch.images)
        graded = self.loss(logits.float(), batch.labels)
        return graded + WEIGHT * self.dense.loss(middle.float(), last.float(), batch.cells)
