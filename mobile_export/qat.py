"""Quantisation-aware fine-tuning to int8 for XNNPACK (torchao pt2e flow).

Post-training int8 destroys EfficientNet-B0: a few runaway photos stretch every activation range. So calibration drops
photos with extreme logits, the stem and the first stage stay float, and a short fine-tuning with the fp32 network
as teacher (Hinton et al., arXiv 1503.02531) repairs the rest. Batch norms are folded before, so they cannot drift.
"""

import math
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.fx import GraphModule, Node
from torch.nn import functional
from torchao.quantization.pt2e.quantizer import ComposableQuantizer, Quantizer
from tqdm import tqdm

from mobile_export.graph import Trunk
from mobile_export.int8_sigmoid import SigmoidQuantizer, write_out_silu
from training.attributes import ATTRIBUTES, GRADES
from training.batches import to_tensor, turn
from training.losses import masked_loss
from training.model import SkinNet

OUTLIER = 2.0  # photos whose largest |logit| exceeds this many medians do not calibrate
RUNAWAY = 3.0  # and from this many on they are counted as runaways
FLOAT_BLOCKS = ("conv_stem", "blocks.0")


@dataclass(frozen=True)
class QatPlan:
    """How long and how hard to fine-tune; the seed draws batches."""

    steps: int = 400
    batch: int = 16
    learning_rate: float = 1e-4
    freeze_at: float = 0.6  # share of the steps after which the ranges stay as they are
    calibration_batches: int = 16
    int8_sigmoid: bool = True  # SiLU and squeeze-excite gates in int8 too: faster, less exact
    float_blocks: tuple[str, ...] = FLOAT_BLOCKS  # modules of the trunk that stay float
    seed: int = 0


def stable_photos(logits: NDArray) -> NDArray[np.bool_]:
    """Which photos may calibrate, from fp32 logits (N,5,5)."""
    peak = peaks(logits)
    return peak <= OUTLIER * np.median(peak)


def runaway_photos(logits: NDArray) -> NDArray[np.int64]:
    """Numbers of the photos whose logits are extreme."""
    peak = peaks(logits)
    return np.flatnonzero(peak > RUNAWAY * np.median(peak))


def peaks(logits: NDArray) -> NDArray:
    """Largest |logit| of each photo."""
    return np.abs(logits).reshape(len(logits), -1).max(1)


def fine_tune(net: SkinNet, images: NDArray[np.uint8], labels: NDArray[np.int64], plan: QatPlan) -> GraphModule:
    """The trunk with fake quantisation, calibrated and trained: what `converted` makes int8."""
    from torchao.quantization.pt2e import disable_observer

    head = net.head.requires_grad_(False)
    prepared = prepare(net, images.shape[1], plan)
    batches = draw_batches(images, labels, plan)
    with torch.no_grad():
        for _ in tqdm(range(plan.calibration_batches), desc="calibrating int8", unit="batch"):
            prepared(net.normalise(next(batches)[0]))
    optimizer = torch.optim.AdamW(prepared.parameters(), lr=plan.learning_rate, weight_decay=0.0)
    bar = tqdm(range(plan.steps), desc="fine-tuning int8", unit="step")
    for step in bar:
        if step == int(plan.freeze_at * plan.steps):
            prepared.apply(disable_observer)
        for group in optimizer.param_groups:
            group["lr"] = plan.learning_rate * 0.5 * (1 + math.cos(math.pi * step / plan.steps))
        loss = student_loss(net, prepared, head, *next(batches))
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(prepared.parameters(), 1.0)
        optimizer.step()
        bar.set_postfix(loss=f"{loss.item():.3f}")
    prepared.apply(disable_observer)
    return prepared


def converted(prepared: GraphModule) -> nn.Module:
    """The int8 trunk of a fine-tuned one."""
    from torchao.quantization.pt2e.quantize_pt2e import convert_pt2e

    with quiet():
        return convert_pt2e(prepared)


def prepare(net: SkinNet, size: int, plan: QatPlan) -> GraphModule:
    """The folded trunk with fake quantisation inserted."""
    from torchao.quantization.pt2e.quantize_pt2e import prepare_qat_pt2e

    trunk = Trunk(net)
    if plan.int8_sigmoid:
        write_out_silu(trunk.layers, lambda name: not name.startswith(plan.float_blocks))
    batch = {0: torch.export.Dim("batch", min=1, max=256)}
    with quiet():
        program = torch.export.export(trunk, (torch.zeros(2, 3, size, size),), dynamic_shapes=(batch,))
        return prepare_qat_pt2e(program.module(), quantizer(plan))


def quantizer(plan: QatPlan) -> Quantizer:
    """XNNPACK's, and ours for sigmoids before it where wanted."""
    from executorch.backends.xnnpack.quantizer.xnnpack_quantizer import (
        XNNPACKQuantizer,
        get_symmetric_quantization_config,
    )

    config = get_symmetric_quantization_config(is_per_channel=True, is_qat=True)
    stock = XNNPACKQuantizer().set_global(config)
    wanted = outside(plan.float_blocks)
    stock.set_filter_function(wanted)
    if not plan.int8_sigmoid:
        return stock
    return ComposableQuantizer([SigmoidQuantizer(config.input_activation, wanted), stock])


def outside(blocks: tuple[str, ...]) -> Callable[[Node], bool]:
    """Whether a node lies outside these modules of the trunk."""
    return lambda node: not any(within(node, block) for block in blocks)


def within(node: Node, block: str) -> bool:
    """Whether a node of the trunk's graph was made by this module or one inside it."""
    scopes = [name for name, _ in node.meta.get("nn_module_stack", {}).values()]
    return any(f"layers.{block}." in f"{scope}." for scope in scopes)


def student_loss(net: SkinNet, prepared: nn.Module, head: nn.Module, images: Tensor, labels: Tensor) -> Tensor:
    """Follow the fp32 network's answers first, the labels second."""
    with torch.no_grad():
        taught = net(images)
    evidence = head(prepared(net.normalise(images)))
    logits = evidence.mean([2, 3]).unflatten(1, (len(ATTRIBUTES), GRADES))
    follow = functional.kl_div(logits.log_softmax(-1), taught.log_softmax(-1), log_target=True, reduction="none")
    return follow.sum(-1).mean() * 4 + functional.mse_loss(logits, taught) * 0.25 + masked_loss(logits, labels) * 0.25


def draw_batches(
    images: NDArray[np.uint8], labels: NDArray[np.int64], plan: QatPlan
) -> Iterator[tuple[Tensor, Tensor]]:
    """Endless augmented batches: float images (B,3,S,S) and labels (B,5)."""
    rng = np.random.default_rng(plan.seed)
    while True:
        index = np.sort(rng.choice(len(images), min(plan.batch, len(images)), replace=False))
        turned = np.stack([turn(rng, image)[0] for image in images[index]])
        yield to_tensor(turned).contiguous(), torch.from_numpy(labels[index])


def quiet() -> warnings.catch_warnings:
    """torch.export and torchao warn of their own deprecations; those are not ours to mend."""
    return warnings.catch_warnings(action="ignore")
