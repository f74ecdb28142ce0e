"""int8 where the network allows it: where it answers too differently, the block that costs most stays in float.

A fine-tuned trunk is judged on photos kept from its fine-tuning. Short of the bar, every block in turn is computed
without its rounding, the list of what each one costs is printed, the most costly is left in float, and the trunk is
fine-tuned again.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.fx import GraphModule, Node
from torchao.quantization.pt2e import FakeQuantizeBase

from mobile_export.graph import Trunk
from mobile_export.qat import QatPlan, converted, fine_tune, within
from training.batches import to_tensor
from training.model import SkinNet, logits_of
from training.photo_set import PhotoSet

ENOUGH = 0.935  # share of equal most likely grades: the gate's .92 and what 200 photos can err
JUDGED = 200  # photos
SCANNED = 48  # photos
MOST_FLOAT = 3  # blocks left in float by this module before the gates decide
BATCH = 16


@dataclass(frozen=True)
class Cost:
    """What a block's rounding costs: the share of the mean squared error of logits that goes away without it."""

    block: str
    share: float


def quantize(net: SkinNet, photos: PhotoSet, plan: QatPlan) -> tuple[nn.Module, QatPlan]:
    """An int8 trunk, and the plan with the blocks that stayed float; the gates judge the file that comes of it."""
    judged_index, learned_index = held_out(len(photos), plan.seed)
    judged, learned = photos.images[judged_index], photos.take(learned_index)
    for left in range(MOST_FLOAT, -1, -1):
        prepared = fine_tune(net, learned.images, learned.labels, plan)
        equal = grades_equal(net, prepared, judged)
        say(f"int8: {equal:.1%} of {len(judged)} photos' grades equal fp32; float: {', '.join(plan.float_blocks)}")
        if equal >= ENOUGH or not left:
            break
        costs = scan(net, prepared, judged[:SCANNED], plan)
        say("\n".join(["cost of rounding, by block", *(f"  {cost.block:12} {cost.share:6.1%}" for cost in costs)]))
        plan = replace(plan, float_blocks=(*plan.float_blocks, costs[0].block))
    return converted(prepared), plan


def held_out(count: int, seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Photos to judge on and photos to learn from; where they are too few to part, all of them for both."""
    order = np.random.default_rng(seed).permutation(count)  # a folder lists people and grades in a row
    held = min(JUDGED, count // 4)
    return (order[:held], np.sort(order[held:])) if held else (order, order)


def scan(net: SkinNet, prepared: GraphModule, images: NDArray[np.uint8], plan: QatPlan) -> list[Cost]:
    """The cost of every block that is not float yet, the most costly first, on photos (N,S,S,3)."""
    truth = logits(net, Trunk(net), images)

    def error() -> float:
        return float(((logits(net, prepared, images) - truth) ** 2).mean())

    whole, costs = error(), []
    for block in blocks_of(net):
        if not block.startswith(plan.float_blocks):
            with unrounded(prepared, block):
                costs.append(Cost(block, 1 - error() / whole))
    return sorted(costs, key=lambda cost: -cost.share)


def blocks_of(net: SkinNet) -> list[str]:
    """Names of the trunk's parts that can stay float alone."""
    blocks = [f"blocks.{i}.{j}" for i, stage in enumerate(net.trunk.blocks) for j in range(len(stage))]
    return ["conv_stem", *blocks, "conv_head"]


@contextmanager
def unrounded(prepared: GraphModule, block: str) -> Iterator[None]:
    """The trunk with the fake quantisation of one block off."""
    rounding = [module for node, module in fake_quantisers(prepared) if within(rounded_by(node), block)]
    for module in rounding:
        module.disable_fake_quant()
    try:
        yield
    finally:
        for module in rounding:
            module.enable_fake_quant()


def fake_quantisers(prepared: GraphModule) -> list[tuple[Node, FakeQuantizeBase]]:
    """The graph's calls that round, and the modules that they call."""
    calls = [
        (node, prepared.get_submodule(str(node.target))) for node in prepared.graph.nodes if node.op == "call_module"
    ]
    return [(node, module) for node, module in calls if isinstance(module, FakeQuantizeBase)]


def rounded_by(rounding: Node) -> Node:
    """The node whose result is rounded; for weights, which no node makes, the one that takes them."""
    source = rounding.all_input_nodes[0]
    return next(iter(rounding.users)) if source.op == "get_attr" else source


def grades_equal(net: SkinNet, prepared: GraphModule, images: NDArray[np.uint8]) -> float:
    """Share of most likely grades that are the fp32 network's."""
    taught, said = (logits(net, trunk, images).argmax(-1) for trunk in (Trunk(net), prepared))
    return float((taught == said).mean())


@torch.inference_mode()
def logits(net: SkinNet, trunk: nn.Module, images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """What the network says (N,5,5) with this trunk in the place of its own."""
    batches = [to_tensor(images[start : start + BATCH]) for start in range(0, len(images), BATCH)]
    return np.concatenate([logits_of(net.head(trunk(net.normalise(batch)))).numpy() for batch in batches])


def say(text: str) -> None:
    """On stderr, where progress goes."""
    print(text, file=sys.stderr, flush=True)
