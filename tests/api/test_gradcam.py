"""The worker's closed-form maps are Grad-CAM: pytorch-grad-cam is the oracle."""

import numpy as np
import torch
from pytorch_grad_cam import GradCAM

from training.model import SEVERITY, SkinNet, severity_maps


class SeverityTarget:
    """The scalar that the maps explain: the severity logit of one attribute."""

    def __init__(self, attribute: int) -> None:
        self.attribute = attribute

    def __call__(self, logits: torch.Tensor) -> torch.Tensor:
        return logits[self.attribute] @ torch.tensor(SEVERITY)


def test_closed_form_maps_equal_pytorch_grad_cam():
    torch.manual_seed(0)
    net = SkinNet().eval()
    with torch.no_grad():
        net.train()
        net(torch.rand(8, 3, 96, 96) * 255)
        net.eval()
    image = torch.rand(1, 3, 96, 96) * 255
    with torch.no_grad():
        ours = severity_maps(net.evidence(image))[0].numpy()
    with GradCAM(model=net, target_layers=[net.trunk.bn2]) as cam:
        for a in range(5):
            theirs = cam.get_cam_image(
                image, net.trunk.bn2, [SeverityTarget(a)], *activations(cam, net, image, a), False
            )
            cells = ours.shape[-1] ** 2  # Grad-CAM averages gradients over the places, the closed form does not
            assert np.allclose(theirs[0] * cells, ours[a], atol=1e-4 * np.abs(ours[a]).max() + 1e-6)


def activations(cam, net, image, a):
    cam.outputs = cam.activations_and_grads(image)
    net.zero_grad()
    SeverityTarget(a)(cam.outputs[0]).backward()
    held = cam.activations_and_grads
    return held.activations[0].cpu().data.numpy(), held.gradients[0].cpu().data.numpy()
