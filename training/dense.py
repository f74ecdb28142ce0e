"""Dense supervision: synthetic skin knows how strong each sign is at every place, and the network learns it from there.

Two 1x1 convolutions, used in training only, read the feature maps at strides 16 and 32 and predict the sign's strength
in each cell. A grade is one number for a whole photo; 49 strengths per attribute teach a network from random weights
many times faster. The grader's own severity maps are held to the same truth, so that what is shown as the reason of a
grade is the reason (Ross et al. 2017, "Right for the Right Reasons", arXiv 1703.03717).
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from training.attention import SHARPNESS, Attention
from training.attributes import ATTRIBUTES, KEYS
from training.phantom.maps import SIGNS

WEIGHT = 0.5  # of this loss beside that of the grades
WEIGHT_OF_PLACES = 0.5  # of misplaced severity maps, likewise
STRONGEST = 2.0  # times the last limit, where strength ends


class DenseHeads(nn.Module):
    """Feature maps at strides 16 (B,112,h,w) and 32 (B,1280,h,w) -> strengths (B,5,h,w) at both strides."""

    knots: Tensor
    signs: Tensor

    def __init__(self, middle: int, last: int, sharpness: float = SHARPNESS) -> None:
        super().__init__()
        self.attention = Attention(sharpness)
        self.middle, self.last = nn.Conv2d(middle, len(KEYS), 1), nn.Conv2d(last, len(KEYS), 1)
        limits = [SIGNS[key].limits for key in KEYS]
        knots = torch.tensor([(0.0, *row, STRONGEST * row[-1]) for row in limits])
        self.register_buffer("knots", knots, persistent=False)
        self.register_buffer("signs", torch.tensor([float(one.sign) for one in ATTRIBUTES]), persistent=False)

    def loss(self, severity: Tensor, middle: Tensor, last: Tensor, cells: Tensor) -> Tensor:
        """What all three maps lack against cells (B,5,H,W), the signs' means over a finer grid."""
        predicted = (self.middle(middle), self.last(last))
        pairs = [(strength, self.strength(_pooled(cells, strength))) for strength in predicted]
        own = torch.stack([_by_attribute(strength, truth) for strength, truth in pairs]).sum(0)
        constant = torch.stack([_by_attribute(_medians(truth), truth) for _, truth in pairs]).sum(0)
        shares = self.attention(own, constant) / self.attention.constant
        return WEIGHT * (shares * own).sum() + WEIGHT_OF_PLACES * self.misplaced(severity, cells)

    def misplaced(self, severity: Tensor, cells: Tensor) -> Tensor:
        """1 - cosine between what the severity maps (B,5,h,w) show and the sign, over photos of degree 1 and up."""
        shown = (severity * self.signs.view(1, -1, 1, 1)).clamp(min=0).flatten(2)
        truth = _pooled(cells, severity).flatten(2)
        present = (cells.mean([2, 3]) >= self.knots[:, 1]).to(truth.dtype)
        apart = 1 - functional.cosine_similarity(shown, truth, dim=2, eps=1e-4)
        return (apart * present).sum() / present.sum().clamp(min=1)

    def strength(self, means: Tensor) -> Tensor:
        """Means (B,5,h,w) on the scale of degrees: k at the limit below degree k, 5 at twice the last limit."""
        low, high = self.knots[:, :-1, None, None], self.knots[:, 1:, None, None]
        return ((means[:, :, None] - low) / (high - low)).clamp(0, 1).sum(2)


def _by_attribute(predicted: Tensor, truth: Tensor) -> Tensor:
    """Smooth L1 (5,) of strengths (B,5,h,w)."""
    return functional.smooth_l1_loss(predicted.expand_as(truth), truth, reduction="none").mean((0, 2, 3))


def _medians(truth: Tensor) -> Tensor:
    """The best constant answers (1,5,1,1) to strengths (B,5,h,w)."""
    return truth.transpose(0, 1).flatten(1).median(1).values.view(1, -1, 1, 1)


def _pooled(cells: Tensor, like: Tensor) -> Tensor:
    return functional.adaptive_avg_pool2d(cells, (like.shape[-2], like.shape[-1]))
