"""The worker's closed-form maps are Grad-CAM: pytorch-grad-cam is the oracle."""

import io

import numpy as np
import torch
from PIL import Image
from pytorch_grad_cam import GradCAM

from api import heat_layer
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


def test_a_layer_is_orange_where_the_grade_is_pushed_up_and_purple_where_down():
    layer = np.asarray(Image.open(io.BytesIO(heat_layer.render(np.array([[1.0, -1.0]] * 2), 1.0, 64))))
    assert tuple(layer[32, 2, :3]) == heat_layer.UP and tuple(layer[32, 61, :3]) == heat_layer.DOWN
    assert layer.shape == (64, 64, 4) and layer[..., 3].max() == round(heat_layer.OPAQUE * 255)


def test_one_scale_serves_all_photos():
    weak, strong = (
        np.asarray(Image.open(io.BytesIO(heat_layer.render(np.full((6, 6), v), 1.0, 32)))) for v in (0.1, 0.9)
    )
    assert weak[..., 3].max() * 8 < strong[..., 3].max()
