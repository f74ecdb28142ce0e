"""Run an `.mlpackage` where there is no Core ML: read it back to a MIL program and evaluate that with torch.

Proves weights, layout, normalisation and decoding of the very file that ships; not the Neural Engine's rounding.
Every op is computed in float32. An op that is not in the table below is an error, never a guess.
"""

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

Inputs = dict[str, Any]


class UnknownOp(RuntimeError):
    """The package uses an op that this evaluator does not have."""


def _batch_norm(v: Inputs) -> Tensor:
    epsilon = float(v.get("epsilon", 1e-5))
    return functional.batch_norm(v["x"], v["mean"], v["variance"], v.get("gamma"), v.get("beta"), eps=epsilon)


def _conv(v: Inputs) -> Tensor:
    pads = [int(p) for p in v.get("pad", [0, 0, 0, 0])]
    if v.get("pad_type", "valid") == "valid":
        pads = [0, 0, 0, 0]
    elif v["pad_type"] != "custom":
        raise UnknownOp(f"conv with pad_type {v['pad_type']}")
    padded = functional.pad(v["x"], [pads[2], pads[3], pads[0], pads[1]])
    strides, dilations = ([int(n) for n in v.get(name, [1, 1])] for name in ("strides", "dilations"))
    return functional.conv2d(padded, v["weight"], v.get("bias"), strides, 0, dilations, int(v.get("groups", 1)))


def _quantize(v: Inputs) -> Tensor:
    low, high = (-128, 127) if v["output_dtype"] == "int8" else (0, 255)
    steps = v["input"] / v["scale"] + torch.as_tensor(v.get("zero_point", 0))
    return steps.round().clamp(low, high)


def _dequantize_activations(v: Inputs) -> Tensor:
    return (v["input"] - torch.as_tensor(v.get("zero_point", 0))) * v["scale"]


def _dequantize(v: Inputs) -> Tensor:
    data, scale = v["quantized_data"].float(), v["scale"].float()
    shape = [1] * data.ndim
    shape[int(v["axis"])] = -1
    zero = v.get("zero_point")
    zero = torch.zeros(()) if zero is None else torch.as_tensor(zero).float()
    return (data - zero.reshape(shape if zero.ndim else ())) * scale.reshape(shape if scale.ndim else ())


def _blockwise(v: Inputs) -> Tensor:
    data, scale = v["data"].float(), v["scale"].float()
    offset = v.get("offset")
    for axis, (whole, blocks) in enumerate(zip(data.shape, scale.shape, strict=True)):
        scale = scale.repeat_interleave(whole // blocks, axis)
        if offset is not None:
            offset = offset.repeat_interleave(whole // blocks, axis)
    return (data - (offset.float() if offset is not None else 0)) * scale


def _matmul(v: Inputs) -> Tensor:
    x = v["x"].mT if v.get("transpose_x") else v["x"]
    return x @ (v["y"].mT if v.get("transpose_y") else v["y"])


def _mean(v: Inputs) -> Tensor:
    return v["x"].mean([int(a) for a in v["axes"]], bool(v.get("keep_dims", False)))


OPS: dict[str, Callable[[Inputs], Tensor]] = {
    "add": lambda v: v["x"] + v["y"],
    "batch_norm": _batch_norm,
    "cast": lambda v: v["x"],  # all arithmetic is float32 here
    "clip": lambda v: v["x"].clamp(float(v["alpha"]), float(v["beta"])),
    "concat": lambda v: torch.cat(list(v["values"]), int(v["axis"])),
    "constexpr_affine_dequantize": _dequantize,
    "constexpr_blockwise_shift_scale": _blockwise,
    "conv": _conv,
    "dequantize": _dequantize_activations,
    "linear": lambda v: functional.linear(v["x"], v["weight"], v.get("bias")),
    "matmul": _matmul,
    "mul": lambda v: v["x"] * v["y"],
    "quantize": _quantize,
    "real_div": lambda v: v["x"] / v["y"],
    "reduce_mean": _mean,
    "reshape": lambda v: v["x"].reshape([int(n) for n in v["shape"]]),
    "sigmoid": lambda v: v["x"].sigmoid(),
    "silu": lambda v: functional.silu(v["x"]),
    "softmax": lambda v: v["x"].softmax(int(v["axis"])),
    "squeeze": lambda v: v["x"].squeeze([int(a) for a in v["axes"]]),
    "sub": lambda v: v["x"] - v["y"],
}


class MilProgram:
    """A callable `.mlpackage`: image (1,3,S,S) float32 of 0..255 -> outputs by name, without the batch axis."""

    def __init__(self, package: Path) -> None:
        import coremltools as ct
        from coremltools.converters.mil.frontend.milproto.load import load

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model = ct.models.MLModel(str(package), skip_model_load=True)
            spec = model.get_spec()
            program = load(spec, spec.specificationVersion, model.weights_dir)
        self.block = next(iter(program.functions.values()))
        self.constants: dict[str, Any] = {}

    def __call__(self, image: Tensor) -> dict[str, NDArray[np.float32]]:
        with torch.inference_mode():
            values: dict[str, Any] = dict.fromkeys(self.block.inputs, image)
            for op in self.block.operations:
                self._run(op, values)
            return {out.name: self._value(out, values).float().numpy()[0] for out in self.block.outputs}

    def _run(self, op: Any, values: dict[str, Any]) -> None:
        name = op.outputs[0].name
        if op.op_type == "const":
            return
        if op.op_type not in OPS:
            raise UnknownOp(f"MIL op '{op.op_type}' has no evaluator: add it to mobile_export/mil_eval.py")
        if op.op_type.startswith("constexpr"):
            if name not in self.constants:
                self.constants[name] = OPS[op.op_type](self._inputs(op, values))
            values[name] = self.constants[name]
            return
        values[name] = OPS[op.op_type](self._inputs(op, values))

    def _inputs(self, op: Any, values: dict[str, Any]) -> Inputs:
        return {key: self._argument(held, values) for key, held in op.inputs.items() if held is not None}

    def _argument(self, held: Any, values: dict[str, Any]) -> Any:
        return (
            tuple(self._value(v, values) for v in held) if isinstance(held, list | tuple) else self._value(held, values)
        )

    def _value(self, variable: Any, values: dict[str, Any]) -> Any:
        if variable.name in values:
            return values[variable.name]
        if variable.name not in self.constants:
            self.constants[variable.name] = _as_tensor(variable.val)
        return self.constants[variable.name]


def _as_tensor(value: Any) -> Any:
    """Arrays as tensors (halves widened), everything else as it is."""
    if not isinstance(value, np.ndarray | np.generic) or np.asarray(value).dtype.kind not in "fiu":
        return value
    array = np.asarray(value)
    return torch.from_numpy(np.array(array.astype(np.float32) if array.dtype.kind == "f" else array))
