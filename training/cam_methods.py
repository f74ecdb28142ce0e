"""Other ways to explain a grader, by pytorch-grad-cam: Grad-CAM++, HiResCAM, LayerCAM, EigenCAM.

That library is used where it is sound and kept from what is not: it sees the last feature map and the linear head
alone, so it never runs the trunk again, and never leaves hooks or gradients on it; maps come back as they are, not
stretched between their own least and greatest value, so that two photos can be compared; an IndexError is not
swallowed. It keeps state: one `CamMethods` serves one thread.

Each map is turned so that positive raises the grade. For attributes whose sign shows at low grades (dry skin) it is
therefore made for the falling grade and negated: Grad-CAM++ and LayerCAM see only what argues for their target.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from pytorch_grad_cam import EigenCAM, GradCAMPlusPlus, HiResCAM, LayerCAM
from torch import Tensor, nn

from training.attributes import ATTRIBUTES


class Tail(nn.Module):
    """Shares (B,channels,h,w) of each place in the mean feature map -> severity logits (B,5)."""

    def __init__(self, directions: Tensor) -> None:
        super().__init__()
        self.seen = nn.Identity()  # the layer that is explained
        self.directions = nn.Parameter(directions, requires_grad=False)

    def forward(self, shares: Tensor) -> Tensor:
        return torch.einsum("bchw,ac->ba", self.seen(shares), self.directions)


class Unscaled:
    """Mixed into a method of pytorch-grad-cam: the map itself, and every error."""

    activations_and_grads: Any
    get_cam_image: Callable[..., NDArray[np.float32]]

    def compute_cam_per_layer(self, tensor: Tensor, targets: Sequence[Any], eigen_smooth: bool) -> list[NDArray]:
        held = self.activations_and_grads
        gradients = held.gradients[0].numpy() if held.gradients else None
        return [self.get_cam_image(tensor, None, targets, held.activations[0].numpy(), gradients, eigen_smooth)]

    def aggregate_multi_layers(self, maps: list[NDArray]) -> NDArray:
        return maps[0]

    def __exit__(self, *_: object) -> None:
        self.activations_and_grads.release()


def _unscaled(method: type) -> type:
    return type(method.__name__, (Unscaled, method), {})


# Whether a map is a share of a mean, so that times the number of places it is comparable between sizes of a photo.
METHODS: dict[str, tuple[type, bool]] = {
    "gradcam++": (_unscaled(GradCAMPlusPlus), False),
    "hirescam": (_unscaled(HiResCAM), True),
    "layercam": (_unscaled(LayerCAM), True),
    "eigencam": (_unscaled(EigenCAM), True),
}
BLIND = ("eigencam",)  # to the attribute: where the features vary most, whatever that says about a grade


class CamMethods:
    """Maps by name of method, for features and directions of `training.heat_maps`."""

    def __init__(self, directions: Tensor) -> None:
        self.tail = Tail(directions).eval()

    def maps(self, method: str, features: Tensor) -> NDArray[np.float32]:
        """Maps (B,5,h,w) of features (B,channels,h,w). Raises KeyError for a method that is not in `METHODS`."""
        cam_class, shared = METHODS[method]
        places = features.shape[-2] * features.shape[-1]
        shares = features.detach().clone().requires_grad_(True) / places
        with cam_class(model=self.tail, target_layers=[self.tail.seen]) as cam:
            found = _blind(cam, shares) if method in BLIND else _each(cam, shares)
        return (found * (places if shared else 1)).astype(np.float32)


def _each(cam: Any, shares: Tensor) -> NDArray:
    maps = [one.sign * cam(shares, [_towards(a, one.sign)] * len(shares)) for a, one in enumerate(ATTRIBUTES)]
    return np.stack(maps, 1)


def _towards(attribute: int, sign: int) -> Callable[[Tensor], Tensor]:
    return lambda logits: sign * logits[attribute]


def _blind(cam: Any, shares: Tensor) -> NDArray:
    """One map for all attributes; its sign, which is chance, is chosen so that the greatest magnitude shows a sign."""
    found = cam(shares, [_towards(0, 1)] * len(shares))
    turned = np.where(-found.min((1, 2), keepdims=True) > found.max((1, 2), keepdims=True), -found, found)
    return np.stack([one.sign * turned for one in ATTRIBUTES], 1)
