"""A small untrained network whose answers differ between photos, and photos for it without the renderer."""

import numpy as np
import torch
from torch.nn import functional

from training.decoding import Decoding
from training.graders import CheckpointGrader
from training.model import SkinNet
from training.normalise import PHOTO
from training.photo_set import PhotoSet, unmapped

SIZE = 64
CLEAR = 0.01
DECODING = Decoding(temperature=(1.0, 1.2, 0.8, 1.5, 2.0), prior=((0.4, 0.3, 0.2, 0.09, 0.01),) * 5)


def small_net(normalised_by: str = PHOTO) -> SkinNet:
    """EfficientNet-B0 with batch-norm statistics of noise, or deep features would vanish."""
    torch.manual_seed(0)
    net = SkinNet(normalised_by=normalised_by)
    with torch.no_grad():
        net.train()
        for _ in range(3):
            net(torch.rand(8, 3, SIZE, SIZE) * 255)
        net.head.weight.mul_(20)
    return net.eval()


def telling_net(normalised_by: str = PHOTO) -> SkinNet:
    """The same with a head that ignores what all blots have in common, so that answers differ as a trained one's do.

    Its weights are exact in half precision, as a checkpoint stores them.
    """
    net = halved(small_net(normalised_by))
    with torch.no_grad():
        features = net.features(torch.from_numpy(blots(40).images).permute(0, 3, 1, 2).float()).mean([2, 3])
        mean = features.mean(0)
        weight = net.head.weight.flatten(1)
        weight -= torch.outer(weight @ mean, mean) / (mean @ mean)
        weight *= 3 / (features @ weight.T).std()
    return halved(net)


def halved(net: SkinNet) -> SkinNet:
    """The network with every stored value rounded to half precision."""
    for value in net.state_dict().values():
        if value.is_floating_point():
            value.copy_(value.half())
    return net


def blots(count: int) -> PhotoSet:
    """Coloured blots with grain and random grades."""
    noise = torch.Generator().manual_seed(5)
    coarse = functional.interpolate(torch.rand(count, 3, 4, 4, generator=noise), size=(SIZE, SIZE), mode="bilinear")
    pixels = (coarse * 235 + torch.rand(count, 3, SIZE, SIZE, generator=noise) * 20).byte()
    grades = np.random.default_rng(0).integers(0, 5, (count, 5))
    unknown = np.full(count, -1)
    images = pixels.permute(0, 2, 3, 1).contiguous().numpy()
    return PhotoSet(images, grades, grades, unknown, unknown, unmapped(count), np.arange(count))


def decided(count: int) -> PhotoSet:
    """Blots whose two likeliest grades, and whose two best balanced ones, are clearly apart for `telling_net`."""
    photos = blots(3 * count)
    answers = CheckpointGrader("telling", SIZE, DECODING, telling_net()).grade(photos.images)
    apart = [np.diff(np.sort(of)[..., -2:])[..., 0].min(1) > CLEAR for of in (answers.probabilities, answers.utilities)]
    return photos.take(np.flatnonzero(apart[0] & apart[1])[:count])
