"""The grader: EfficientNet-B0 with one bias-free 1x1 convolution as five five-grade heads.

The head reads the last feature map A (1280 channels) and gives C = w . A, one channel per attribute and grade.
Logits are the spatial mean of C, which makes class activation maps a by-product of the forward pass: the severity
map M_a = sum_k (k-2)/10 * C_ak equals Grad-CAM of the severity logit without its ReLU (Selvaraju et al.,
arXiv 1610.02391; Draelos and Carin, arXiv 2011.08891), and its spatial mean is that logit exactly.
"""

from typing import cast

import timm
import torch
from timm.models import EfficientNet
from torch import Tensor, nn

from training.attributes import ATTRIBUTES, GRADES

# timm's efficientnet_b0.ra_in1k: ImageNet mean and standard deviation, here for pixels of 0..255.
MEAN = tuple(255 * m for m in (0.485, 0.456, 0.406))
STD = tuple(255 * s for s in (0.229, 0.224, 0.225))
STRIDE_16, MIDDLE_CHANNELS = 3, 112  # timm's index of the last feature map at this stride
SEVERITY = tuple((k - 2) / 10 for k in range(GRADES))  # fixed direction of explanation, one weight per grade


class OfflineWeights(RuntimeError):
    """ImageNet weights were asked for and cannot be fetched."""


class SkinNet(nn.Module):
    """Pixels (B,3,S,S) float32 in 0..255 -> logits (B,5,5): attribute by grade."""

    trunk: EfficientNet
    mean: Tensor
    std: Tensor

    def __init__(self, pretrained: bool = False, drop_rate: float = 0.0) -> None:
        super().__init__()
        self.trunk = _trunk(pretrained)
        self.drop = nn.Dropout2d(drop_rate)
        self.head = nn.Conv2d(self.trunk.num_features, len(ATTRIBUTES) * GRADES, 1, bias=False)
        self.register_buffer("mean", torch.tensor(MEAN).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(STD).view(1, 3, 1, 1), persistent=False)

    def features(self, image: Tensor) -> Tensor:
        """The last feature map (B,1280,S/32,S/32)."""
        return self.trunk.forward_features((image - self.mean) / self.std)

    def evidence(self, image: Tensor) -> Tensor:
        """C (B,25,S/32,S/32): what each place says for each grade of each attribute."""
        return self.head(self.drop(self.features(image)))

    def forward(self, image: Tensor) -> Tensor:
        return _logits(self.evidence(image))

    def trace(self, image: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Logits, and the feature maps at strides 16 (B,112,S/16,S/16) and 32 (B,1280,S/32,S/32)."""
        last, (middle,) = self.trunk.forward_intermediates((image - self.mean) / self.std, indices=[STRIDE_16])
        return _logits(self.head(self.drop(last))), middle, last


def _logits(evidence: Tensor) -> Tensor:
    return evidence.mean([2, 3]).unflatten(1, (len(ATTRIBUTES), GRADES))


def severity_maps(evidence: Tensor) -> Tensor:
    """Signed contribution of each place to the severity logit: (B,25,h,w) -> (B,5,h,w)."""
    weights = torch.tensor(SEVERITY, dtype=evidence.dtype, device=evidence.device)
    return (evidence.unflatten(1, (len(ATTRIBUTES), GRADES)) * weights.view(1, 1, -1, 1, 1)).sum(2)


def _trunk(pretrained: bool) -> EfficientNet:
    try:
        trunk = timm.create_model("efficientnet_b0.ra_in1k", pretrained=pretrained, num_classes=0, global_pool="")
    except Exception as error:
        if not pretrained:
            raise
        raise OfflineWeights(
            "could not fetch the ImageNet weights of efficientnet_b0.ra_in1k (no network, or the model hub is blocked);"
            " start from --init training/reference, or train from scratch without --pretrained"
        ) from error
    return cast(EfficientNet, trunk)
