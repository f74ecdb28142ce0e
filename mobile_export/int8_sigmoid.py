"""SiLU and squeeze-excite gates in int8, as an extension beside the installed XNNPACK quantizer and partitioner.

The stock quantizer leaves sigmoids in float between the int8 convolutions, which costs most of int8's speed. A sigmoid
ends in 0..1 whatever it is given, so its output has fixed parameters (scale 1/256, zero point -128). XNNPACK's runtime
has the int8 kernel; the stock partitioner's table merely does not list it.
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.fx import GraphModule, Node
from torchao.quantization.pt2e.quantizer import (
    FixedQParamsQuantizationSpec,
    QuantizationAnnotation,
    QuantizationSpec,
    Quantizer,
)
from torchao.quantization.pt2e.quantizer.quantizer import Q_ANNOTATION_KEY

SIGMOID = (torch.ops.aten.sigmoid.default, torch.ops.aten.sigmoid_.default)
PRODUCT = (torch.ops.aten.mul.Tensor, torch.ops.aten.mul_.Tensor)
UNIT_RANGE = FixedQParamsQuantizationSpec(
    dtype=torch.int8, scale=1 / 256, zero_point=-128, quant_min=-128, quant_max=127, qscheme=torch.per_tensor_affine
)


class ProductSiLU(nn.Module):
    """SiLU written as x * sigmoid(x), whose parts can be quantised."""

    def forward(self, x: Tensor) -> Tensor:
        return x * torch.sigmoid(x)


def write_out_silu(layers: nn.Module, wanted: Callable[[str], bool]) -> None:
    """Replace every SiLU whose module name is wanted."""
    for name, module in list(layers.named_modules()):
        for child, inner in list(module.named_children()):
            if isinstance(inner, nn.SiLU) and wanted(f"{name}.{child}"):
                setattr(module, child, ProductSiLU())


class SigmoidQuantizer(Quantizer):
    """Annotates sigmoids, and the products they enter, that `wanted` names; `activation` is the spec of all else."""

    def __init__(self, activation: QuantizationSpec, wanted: Callable[[Node], bool]) -> None:
        self.activation, self.wanted = activation, wanted

    def annotate(self, model: GraphModule) -> GraphModule:
        """Before the stock quantizer, which leaves alone what is annotated."""
        for node in model.graph.nodes:
            if node.target in SIGMOID and self.wanted(node):
                _annotate(node, {node.args[0]: self.activation}, UNIT_RANGE)
                for product in node.users:
                    if product.target in PRODUCT:
                        specs = {n: UNIT_RANGE if n is node else self.activation for n in product.all_input_nodes}
                        _annotate(product, specs, self.activation)
        return model

    def validate(self, model: GraphModule) -> None:
        """Nothing to check: both ops take what they are given."""


def _annotate(node: Node, inputs: dict, output: object) -> None:
    node.meta[Q_ANNOTATION_KEY] = QuantizationAnnotation(inputs, output, _annotated=True)


def partitioner_configs() -> list[type]:
    """The stock table of the XNNPACK partitioner with sigmoid in int8 too."""
    from executorch.backends.xnnpack.partition.config import ALL_PARTITIONER_CONFIGS
    from executorch.backends.xnnpack.partition.config.generic_node_configs import SigmoidConfig
    from executorch.backends.xnnpack.partition.config.xnnpack_config import ConfigPrecisionType

    class Int8SigmoidConfig(SigmoidConfig):
        def supported_precision_types(self) -> list[ConfigPrecisionType]:
            return [ConfigPrecisionType.FP32, ConfigPrecisionType.STATIC_QUANT]

    return [Int8SigmoidConfig if config is SigmoidConfig else config for config in ALL_PARTITIONER_CONFIGS]
