"""How fast heat maps are computed, without decoding, drawing or a server.

    python -m tests.bench.maps                  # on the GPU when there is one, about half a minute
    python -m tests.bench.maps --device cpu --seconds 3 --json -

Photos per second with 1, 8 and 32 waiting, the forward pass's share of that time, and five attributes of one photo
against pytorch-grad-cam called once per attribute, whose maps must be the same. Status 0 only when they are.
"""

import statistics
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from pytorch_grad_cam import GradCAM
from pytorch_grad_cam.utils.image import scale_cam_image

from tests.commands import parser, tell
from tests.golden_photos import SERVER_WEIGHTS, SIZE, golden_inputs
from training.attributes import ATTRIBUTES
from training.checkpoint import load_weights
from training.distributed import device as own_device
from training.heat_maps import HeatMaps
from training.model import SEVERITY, SkinNet

WAITING = (1, 8, 32)
DIFFERENCE = 1e-4  # of maps scaled to 0..1, as pytorch-grad-cam gives them


class Severity:
    """What pytorch-grad-cam is asked to explain: the severity logit of one attribute."""

    def __init__(self, attribute: int) -> None:
        self.attribute = attribute

    def __call__(self, logits: torch.Tensor) -> torch.Tensor:
        return logits[self.attribute] @ torch.tensor(SEVERITY, device=logits.device)


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print; 0 when both ways give the same maps."""
    p = parser("tests.bench.maps", __doc__)
    p.add_argument("--device", default=str(own_device()), help="cuda or cpu")
    p.add_argument("--seconds", type=float, default=4, help="for each figure")
    args = p.parse_args(argv)
    figures = measured(load_weights(SERVER_WEIGHTS), torch.device(args.device), args.seconds)
    tell(figures, args.json)
    return 0 if figures["largest_difference"] <= DIFFERENCE else 1


def measured(net: SkinNet, device: torch.device, seconds: float) -> dict[str, Any]:
    """All figures on one device."""
    ours, photos = HeatMaps(net, device), golden_inputs(max(WAITING))
    rates = {str(n): round(n / timed(lambda n=n: ours.of(photos[:n]), seconds), 1) for n in WAITING}
    theirs = net.to(device)
    one = torch.from_numpy(photos[0].copy()).permute(2, 0, 1)[None].float().to(device)
    ratio, pair = _against(lambda: ours.of(photos[:1]), lambda: per_attribute(theirs, one), seconds)
    served = ours.of(photos[:1])[0]
    with torch.backends.cudnn.flags(enabled=True, allow_tf32=False):  # TF32 alone makes a difference of 3e-4
        exact, same = HeatMaps(net, device, half=False).of(photos[:1])[0], per_attribute(theirs, one)
    return {
        "device": torch.cuda.get_device_name() if device.type == "cuda" else "cpu",
        "torch": torch.__version__,
        "threads": torch.get_num_threads(),
        "precision": str(ours.dtype).removeprefix("torch."),
        "photos_per_s": rates,
        "forward_share": {str(n): round(forward_share(ours, photos[:n], seconds), 3) for n in WAITING},
        "times_faster_than_grad_cam": round(ratio, 2),
        "ms": {"ours": round(pair[0] * 1000, 3), "grad_cam_per_attribute": round(pair[1] * 1000, 3)},
        "largest_difference": float(np.abs(as_theirs(exact) - same).max()),
        "largest_difference_as_served": float(np.abs(as_theirs(served) - same).max()),
    }


def per_attribute(net: SkinNet, image: torch.Tensor) -> NDArray[np.float32]:
    """Maps (5,S,S) as users of pytorch-grad-cam get them: one call for each attribute."""
    with GradCAM(model=net, target_layers=[net.trunk.bn2]) as cam:
        return np.stack([cam(input_tensor=image, targets=[Severity(a)])[0] for a in range(len(ATTRIBUTES))])


def as_theirs(maps: NDArray[np.float32]) -> NDArray[np.float32]:
    """Our maps (5,h,w) without their negative part, each between 0 and 1, (5,S,S)."""
    return np.stack(scale_cam_image(scale_cam_image(np.maximum(maps, 0), (SIZE, SIZE))))


def timed(act: Callable[[], Any], seconds: float) -> float:
    """Median seconds of one call, of as many as fit."""
    act()
    taken, end = [], time.perf_counter() + seconds
    while time.perf_counter() < end or len(taken) < 3:
        begun = time.perf_counter()
        act()
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken)


def _against(ours: Callable[[], Any], theirs: Callable[[], Any], seconds: float) -> tuple[float, tuple[float, float]]:
    """Median ratio of neighbouring calls, since other work on the machine slows both; and both medians in seconds."""
    ours(), theirs()
    pairs, end = [], time.perf_counter() + 2 * seconds
    while time.perf_counter() < end or len(pairs) < 3:
        begun = time.perf_counter()
        ours()
        between = time.perf_counter()
        theirs()
        pairs.append((between - begun, time.perf_counter() - between))
    first, second = (statistics.median(column) for column in zip(*pairs, strict=True))
    return statistics.median(slow / fast for fast, slow in pairs), (first, second)


def forward_share(maps: HeatMaps, photos: list[NDArray[np.uint8]], seconds: float) -> float:
    """How much of the whole is the network itself, on pixels that are on the device already."""
    pixels = torch.from_numpy(np.stack(photos)).to(maps.device).permute(0, 3, 1, 2)

    @torch.inference_mode()
    def forward() -> None:
        maps.trunk.forward_features(maps.normalise(pixels.float()).to(maps.dtype))
        if maps.device.type == "cuda":
            torch.cuda.synchronize()

    whole_to_forward, _ = _against(forward, lambda: maps.of(photos), seconds / 2)
    return 1 / whole_to_forward


if __name__ == "__main__":
    sys.exit(main())
