"""The ONNX files: fp32, and int8 weights with float arithmetic for the web.

Stored int8 weights become floats by Cast and Mul of constants, which onnxruntime folds when it loads the file, so it
runs as fast as fp32. DequantizeLinear, the textbook form, is kept for quantised kernels and computed at every run:
twice as slow unless a session option is set that a web page would have to know.
"""

import warnings
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from mobile_export import description
from mobile_export.graph import PhoneGraph
from training.runtime import OUTPUTS

OPSET, IR_VERSION = 18, 8  # what onnxruntime reads since 1.14
SMALLEST = 2048  # values; below, a weight is not worth a scale per channel
AXES = {"across": 3, "down": 2}  # of (B,C,H,W)
HEAD = "head.weight"  # stays float, as in every quantised file


def convert(graph: PhoneGraph, size: int, version: str, meanings: dict[str, str]) -> Any:
    """The fp32 model (an onnx.ModelProto), described in its own metadata."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch.export warns of its own deprecations
        program = torch.onnx.export(
            graph.eval(),
            (torch.zeros(1, 3, size, size),),
            dynamo=True,
            opset_version=OPSET,
            input_names=["image"],
            output_names=list(OUTPUTS),
            external_data=False,
            verbose=False,
        )
    model = program.model_proto  # type: ignore[union-attr]
    model.ir_version = IR_VERSION
    _average_by_rows(model.graph)
    _describe(model, version, meanings)
    return model


def _describe(model: Any, version: str, meanings: dict[str, str]) -> None:
    from onnx import helper

    for node in model.graph.node:  # the exporter writes source paths of this machine there
        del node.metadata_props[:]
        node.ClearField("doc_string")
    for value in [*model.graph.value_info, *model.graph.input, *model.graph.output, *model.graph.initializer]:
        del value.metadata_props[:]
    model.graph.name, model.producer_name, model.doc_string = "skinscore", description.AUTHOR, description.SUMMARY
    model.graph.input[0].doc_string = description.IMAGE
    for output in model.graph.output:
        output.doc_string = meanings[output.name]
    outputs = {f"output.{name}": meaning for name, meaning in meanings.items()}
    helper.set_model_props(model, description.facts(version) | outputs)


def _average_by_rows(graph: Any) -> None:
    """Split each mean over a map into means of its rows and the mean of those: onnxruntime's WebAssembly adds value by
    value in single precision, and a sum over 112 x 112 px is so far off that an expected grade moved by .05."""
    from onnx import helper, numpy_helper

    axes = {tensor.name: numpy_helper.to_array(tensor).tolist() for tensor in graph.initializer}
    both = {name for name, of in axes.items() if of == [2, 3]}
    nodes = []
    for node in graph.node:
        if node.op_type == "ReduceMean" and node.input[1] in both:
            rows = f"{node.output[0]}.rows"
            nodes.append(helper.make_node("ReduceMean", [node.input[0], "across"], [rows]))  # keepdims: 1 by default
            node.input[:] = [rows, "down"]
        nodes.append(node)
    del graph.node[:]
    graph.node.extend(nodes)
    kept = [tensor for tensor in graph.initializer if tensor.name not in both]
    del graph.initializer[:]
    graph.initializer.extend([*kept, *(numpy_helper.from_array(np.array([axis]), name) for name, axis in AXES.items())])


def int8_weights(model: Any) -> Any:
    """A copy whose large convolution weights are int8, one scale per output channel."""
    from onnx import ModelProto, checker, numpy_helper

    small = ModelProto()
    small.CopyFrom(model)
    weights = {node.input[1] for node in small.graph.node if node.op_type == "Conv"} - {HEAD}
    kept, stored, widening = [], [], []
    for tensor in small.graph.initializer:
        values = numpy_helper.to_array(tensor)
        if tensor.name not in weights or values.size < SMALLEST:
            kept.append(tensor)
            continue
        whole, scale = quantised(values)
        stored += [numpy_helper.from_array(v, f"{tensor.name}.{n}") for n, v in (("int8", whole), ("scale", scale))]
        widening += _widen(tensor.name)
    nodes = list(small.graph.node)
    for field, items in ((small.graph.initializer, kept + stored), (small.graph.node, widening + nodes)):
        del field[:]
        field.extend(items)
    checker.check_model(small)
    return small


def quantised(weight: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Whole numbers -127..127 and the scale of each output channel, shaped to multiply them."""
    scale = np.abs(weight).max(tuple(range(1, weight.ndim)), keepdims=True) / 127
    scale = np.where(scale > 0, scale, 1).astype(np.float32)
    return np.rint(weight / scale).astype(np.int8), scale


def _widen(name: str) -> list[Any]:
    from onnx import TensorProto, helper

    return [
        helper.make_node("Cast", [f"{name}.int8"], [f"{name}.float"], to=TensorProto.FLOAT),
        helper.make_node("Mul", [f"{name}.float", f"{name}.scale"], [name]),
    ]
