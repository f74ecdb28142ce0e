"""The grader: a backbone with one bias-free 1x1 convolution as five five-grade heads; EfficientNet-B0 unless told.

The head reads the last feature map A and gives C = w . A, one channel per attribute and grade.
Logits are the spatial mean of C, which makes class activation maps a by-product of the forward pass: the severity
map M_a = sum_k (k-2)/10 * C_ak equals Grad-CAM of the severity logit without its ReLU (Selvaraju et al.,
arXiv 1610.02391; Draelos and Carin, arXiv 2011.08891), and its spatial mean is that logit exactly.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, cast

import torch
from torch import Tensor, nn

from training.attributes import ATTRIBUTES, GRADES
from training.backbones import DEFAULT, PRESETS, STRIDE_16, BackboneError, as_map, build
from training.normalise import PHOTO, DatasetNormal, PhotoNormal

SEVERITY = tuple((k - 2) / 10 for k in range(GRADES))  # fixed direction of explanation, one weight per grade


class SkinNet(nn.Module):
    """Pixels (B,3,S,S) float32 in 0..255 -> logits (B,5,5): attribute by grade. Raises `BackboneError`."""

    trunk: Any  # a timm model, whose methods PyTorch's stubs do not know

    def __init__(
        self,
        backbone: str = DEFAULT,
        pretrained: bool | Path = False,
        drop_rate: float = 0.0,
        size: int | None = None,
        normalised_by: str = PHOTO,
    ) -> None:
        super().__init__()
        self.backbone, self.normalised_by = backbone, normalised_by
        self.trunk = build(backbone, pretrained, size)
        self.drop = nn.Dropout2d(drop_rate)
        self.head = nn.Conv2d(self.trunk.num_features, len(ATTRIBUTES) * GRADES, 1, bias=False)
        own = self.trunk.default_cfg
        self.normalise = PhotoNormal() if normalised_by == PHOTO else DatasetNormal(own["mean"], own["std"])

    def features(self, image: Tensor) -> Tensor:
        """The last feature map (B,channels,S/32,S/32)."""
        return as_map(self.trunk.forward_features(self.normalise(image)), self.trunk.num_features)

    def evidence(self, image: Tensor) -> Tensor:
        """C (B,25,S/32,S/32): what each place says for each grade of each attribute."""
        return self.head(self.drop(self.features(image)))

    def forward(self, image: Tensor) -> Tensor:
        return logits_of(self.evidence(image))

    def trace(self, image: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Evidence, and the feature maps (B,channels,h,w) at strides 16 and 32."""
        features, middle = self.trunk.forward_intermediates(self.normalise(image), indices=[STRIDE_16, -1])
        last = as_map(features, self.trunk.num_features)
        return self.head(self.drop(last)), middle[0], last

    @property
    def middle_channels(self) -> int:
        """Channels of the feature map at stride 16."""
        return cast(int, self.trunk.feature_info[STRIDE_16]["num_chs"])


def insist_on_sides(net: SkinNet, sides: Iterable[int], traced: bool) -> None:
    """Raises `BackboneError` unless `net` takes photos of all these sides (px), and `traced` gives feature maps too."""
    was = net.training
    net.eval()
    for side in sorted(set(sides)):
        try:
            with torch.no_grad():
                (net.trace if traced else net)(torch.zeros(1, 3, side, side))
        except Exception as error:  # timm's models refuse in ways of their own
            raise BackboneError(
                f"{net.backbone} cannot learn from photos of {side} px ({error}): give it one side that it takes by"
                f" --size and --stages, or name one of {', '.join(PRESETS)}"
            ) from error
    net.train(was)


def logits_of(evidence: Tensor) -> Tensor:
    """Spatial means: (B,25,h,w) -> (B,5,5)."""
    return evidence.mean([2, 3]).unflatten(1, (len(ATTRIBUTES), GRADES))


def severity_maps(evidence: Tensor) -> Tensor:
    """Signed contribution of each place to the severity logit: (B,25,h,w) -> (B,5,h,w)."""
    weights = torch.tensor(SEVERITY, dtype=evidence.dtype, device=evidence.device)
    return (evidence.unflatten(1, (len(ATTRIBUTES), GRADES)) * weights.view(1, 1, -1, 1, 1)).sum(2)
