"""The graph that every exported file holds: pixels in, decoded answers, maps and photo quality out.

    normalisation (float) -> trunk (the part that may be quantised) -> 1x1 convolution -> decoding, maps (float)

Only convolutions, linear maps, softmax, clamp and means over [2, 3]: the obvious forms (var, sum, einsum, comparisons)
split the XNNPACK delegate and Core ML refuses some of them. All constants are buffers.
"""

import copy
from itertools import pairwise

import torch
from timm.layers import BatchNormAct2d
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.fusion import fuse_conv_bn_eval

from training.attributes import ATTRIBUTES, GRADES
from training.decoding import REWARD, Decoding
from training.model import SEVERITY, SkinNet

A = len(ATTRIBUTES)
LUMA = (0.299, 0.587, 0.114)  # ITU-R BT.601


class Trunk(nn.Module):
    """EfficientNet features with every batch norm folded into its convolution: (B,3,S,S) -> (B,1280,S/32,S/32)."""

    def __init__(self, net: SkinNet) -> None:
        super().__init__()
        self.layers = copy.deepcopy(net.trunk).eval()
        fold_batch_norms(self.layers)

    def forward(self, normalised: Tensor) -> Tensor:
        return self.layers.forward_features(normalised)


def fold_batch_norms(trunk: nn.Module) -> None:
    """Fold each of timm's batch norms into the convolution registered just before it; its activation stays."""
    for module in list(trunk.modules()):
        children = list(module.named_children())
        for (conv_name, conv), (norm_name, norm) in pairwise(children):
            if isinstance(conv, nn.Conv2d) and isinstance(norm, BatchNormAct2d):
                setattr(module, conv_name, fuse_conv_bn_eval(conv, norm))
                setattr(module, norm_name, norm.act)
    for parameter in trunk.parameters():
        parameter.data = parameter.data.contiguous()


class PhoneGraph(nn.Module):
    """image (1,3,S,S) float32, RGB 0..255 -> the five outputs (names and shapes in `output_records`)."""

    sharpening: Tensor
    log_prior: Tensor
    reward: Tensor
    grades: Tensor
    severity: Tensor
    luma: Tensor
    edges: Tensor
    third: Tensor

    def __init__(self, net: SkinNet, decoding: Decoding, trunk: nn.Module | None = None) -> None:
        super().__init__()
        self.normalise = copy.deepcopy(net.normalise)
        self.trunk = Trunk(net) if trunk is None else trunk
        self.head = copy.deepcopy(net.head).requires_grad_(False)
        self.head.weight.data = self.head.weight.data.contiguous()
        temperature = torch.tensor(decoding.temperature).repeat_interleave(GRADES).view(1, A * GRADES, 1, 1)
        luma = torch.tensor(LUMA).view(1, 3, 1, 1) / 255
        laplacian = torch.tensor([[0.0, 1, 0], [1, -4, 1], [0, 1, 0]]).view(1, 1, 3, 3)
        constants: dict[str, Tensor] = {
            "sharpening": 1 / temperature.float(),
            "log_prior": torch.tensor(decoding.log_prior(), dtype=torch.float32)[None],
            "reward": torch.tensor(REWARD.T, dtype=torch.float32),
            "grades": torch.arange(GRADES, dtype=torch.float32)[None],
            "severity": torch.kron(torch.eye(A), torch.tensor([SEVERITY])).view(A, A * GRADES, 1, 1),
            "luma": luma,
            "edges": laplacian * luma,
            "third": torch.full((1, 3, 1, 1), 1 / 3),
        }
        for name, value in constants.items():
            self.register_buffer(name, value.clone())

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        evidence = self.head(self.trunk(self.normalise(image)))
        logits = (evidence.mean([2, 3], keepdim=True) * self.sharpening).view(1, A, GRADES)
        probabilities = functional.softmax(logits, dim=-1)
        utilities = functional.linear(functional.softmax(logits - self.log_prior, dim=-1), self.reward)
        expected = functional.linear(probabilities, self.grades).view(1, A)
        heatmaps = functional.conv2d(evidence, self.severity)
        return probabilities, utilities, expected, heatmaps, self.quality(image)

    def quality(self, image: Tensor) -> Tensor:
        """(1,3): mean luma 0..1, share of clipped values, variance of luma's 4-neighbour Laplacian."""
        luma = functional.conv2d(image, self.luma).mean([2, 3], keepdim=True)
        ends = torch.clamp(1.0 - image, 0.0, 1.0) + torch.clamp(image - 254.0, 0.0, 1.0)
        clipped = functional.conv2d(ends, self.third).mean([2, 3], keepdim=True)
        edges = functional.conv2d(image, self.edges)
        mean = edges.mean([2, 3], keepdim=True)
        sharpness = (edges * edges).mean([2, 3], keepdim=True) - mean * mean
        return torch.cat([luma, clipped, sharpness], 1).view(1, 3)


def output_records(size: int, heatmap_scale: list[float]) -> list[dict]:
    """Name, shape and meaning of each output, as the bundle carries them."""
    side = size // 32
    return [
        {"name": "probabilities", "shape": [1, A, GRADES], "meaning": "calibrated probability of each grade"},
        {
            "name": "utilities",
            "shape": [1, A, GRADES],
            "meaning": "expected P-Recall reward; argmax is the balanced grade",
        },
        {"name": "expected", "shape": [1, A], "meaning": "expected grade, 0..4"},
        {
            "name": "heatmaps",
            "shape": [1, A, side, side],
            "meaning": "signed contribution of each place to the severity logit; comparable between photos",
            "scale": heatmap_scale,
        },
        {"name": "quality", "shape": [1, 3], "meaning": "mean luma 0..1, clipped share 0..1, sharpness"},
    ]
