"""Heat maps of many photos in one forward pass, on the GPU where there is one.

The head is linear in the last feature map A, so the map of attribute a is M_a = sum_k (k-2)/10 * w_ak . A: all five
come from one pass, without gradients, and equal Grad-CAM without its ReLU (`training.model`). On CUDA the trunk
computes in half precision, channels last, from pinned batches; normalisation and the last sum stay in float32, since
they decide how exact a map is.
"""

import copy
from collections.abc import Iterator, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from training.attributes import ATTRIBUTES, GRADES
from training.backbones import as_map
from training.distributed import device as own_device
from training.model import SEVERITY, SkinNet

PASS_PIXELS = {"cuda": 32 * 224 * 224, "cpu": 8 * 224 * 224}  # of one forward pass; more gains nothing and costs memory


class HeatMaps:
    """A grader that only explains; `half` computes the trunk in float16, which is the default on CUDA alone."""

    def __init__(self, net: SkinNet, device: torch.device | str | None = None, half: bool | None = None) -> None:
        self.device = torch.device(device) if device is not None else own_device()
        on_gpu = self.device.type == "cuda"
        self.dtype = torch.float16 if (on_gpu if half is None else half) else torch.float32
        self.normalise = copy.deepcopy(net.normalise).to(self.device)
        trunk = copy.deepcopy(net.trunk).eval().requires_grad_(False)
        self.trunk = trunk.to(self.device, self.dtype, memory_format=torch.channels_last)
        self.channels: int = net.trunk.num_features
        self.directions = severity_directions(net).to(self.device)

    @torch.inference_mode()
    def of(self, images: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
        """Severity maps (N,5,h,w) of N photos (S,S,3) of one size; the maps have S/32 cells a side."""
        found = [maps_of(features, self.directions).cpu() for features in self.features_of(images)]
        return torch.cat(found).numpy()

    @torch.inference_mode()
    def features_of(self, images: Sequence[NDArray[np.uint8]]) -> Iterator[Tensor]:
        """The last feature maps of the photos, in shares of one forward pass each."""
        most = max(1, PASS_PIXELS[self.device.type] // (images[0].shape[0] * images[0].shape[1]))
        for start in range(0, len(images), most):
            yield self.features(images[start : start + most])

    def features(self, images: Sequence[NDArray[np.uint8]]) -> Tensor:
        """The last feature map (N,channels,h,w), float32, of N photos (S,S,3)."""
        stacked = np.stack(images, out=np.empty((len(images), *images[0].shape), np.uint8))  # whatever lay how
        pixels = self._sent(torch.from_numpy(stacked)).permute(0, 3, 1, 2)  # a view: channels lie last
        contrast = self.normalise(pixels.float()).to(self.dtype)
        return as_map(self.trunk.forward_features(contrast), self.channels).float()

    def _sent(self, pixels: Tensor) -> Tensor:
        """Bytes, a quarter of what floats would be, sent to the device while the processor goes on."""
        return pixels.pin_memory().to(self.device, non_blocking=True) if self.device.type == "cuda" else pixels


def severity_directions(net: SkinNet) -> Tensor:
    """What the head makes of each channel, as a severity logit: (5,channels) float32."""
    weights = net.head.weight.detach().float().view(len(ATTRIBUTES), GRADES, -1)
    return (weights * torch.tensor(SEVERITY, device=weights.device).view(1, -1, 1)).sum(1)


def maps_of(features: Tensor, directions: Tensor) -> Tensor:
    """Signed contribution of each place to the severity logits: (B,channels,h,w) -> (B,5,h,w)."""
    return torch.einsum("bchw,ac->bahw", features, directions)
