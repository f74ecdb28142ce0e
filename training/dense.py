"""Dense supervision: synthetic skin knows how strong each sign is at every place, and the trunk learns it from there.

Two 1x1 convolutions, used in training only, read the feature maps at strides 16 and 32 and predict the sign's strength
in each cell. A grade is one number for a whole photo; 49 strengths per attribute teach a network from random weights
many times faster, and they make it look where the sign is.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from training.attributes import KEYS
from training.phantom.maps import SIGNS

WEIGHT = 0.5  # of this loss beside that of the grades
STRONGEST = 2.0  # times the last limit, where strength ends


class DenseHeads(nn.Module):
    """Feature maps at strides 16 (B,112,h,w) and 32 (B,1280,h,w) -> strengths (B,5,h,w) at both strides."""

    knots: Tensor

    def __init__(self, middle: int, last: int) -> None:
        super().__init__()
        self.middle, self.last = nn.Conv2d(middle, len(KEYS), 1), nn.Conv2d(last, len(KEYS), 1)
        limits = [SIGNS[key].limits for key in KEYS]
        knots = torch.tensor([(0.0, *row, STRONGEST * row[-1]) for row in limits])
        self.register_buffer("knots", knots, persistent=False)

    def loss(self, middle: Tensor, last: Tensor, cells: Tensor) -> Tensor:
        """Smooth L1 of both predictions against cells (B,5,H,W), the maps' means over a finer grid."""
        predicted = (self.middle(middle), self.last(last))
        losses = [functional.smooth_l1_loss(p, self.strength(_pooled(cells, p))) for p in predicted]
        return losses[0] + losses[1]

    def strength(self, means: Tensor) -> Tensor:
        """Means (B,5,h,w) on the scale of degrees: k at the limit below degree k, 5 at twice the last limit."""
        low, high = self.knots[:, :-1, None, None], self.knots[:, 1:, None, None]
        return ((means[:, :, None] - low) / (high - low)).clamp(0, 1).sum(2)


def _pooled(cells: Tensor, like: Tensor) -> Tensor:
    return functional.adaptive_avg_pool2d(cells, (like.shape[-2], like.shape[-1]))
