"""The Core ML package: fp16 compute, weights in fp16 or int8, an S x S colour image in, named float32 outputs out.

A graph with an int8 trunk keeps its rounding of activations, as MIL's quantize and dequantize.

The image enters as 0..255 (scale 1, no bias); the exact normalisation is inside the graph, since Core ML's own
preprocessing has one scale for all channels and cannot express it.
"""

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import torch

from mobile_export import description
from mobile_export.graph import PhoneGraph
from training.runtime import OUTPUTS


def write_package(
    graph: PhoneGraph, size: int, path: Path, version: str, meanings: dict[str, str], int8_weights: bool = True
) -> None:
    """Convert, compress float weights to int8 per channel where wanted, describe, save as an `.mlpackage` folder."""
    import coremltools as ct
    from coremltools.optimize.coreml import OpLinearQuantizerConfig, OptimizationConfig, linear_quantize_weights

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # coremltools names torch versions that it has not tested
        program = torch.export.export(graph, (torch.zeros(1, 3, size, size),))
        model = ct.convert(
            program.run_decompositions({}),
            inputs=[ct.ImageType(name="image", shape=(1, 3, size, size), color_layout=ct.colorlayout.RGB)],
            outputs=[ct.TensorType(name=name, dtype=np.float32) for name in OUTPUTS],
            minimum_deployment_target=ct.target.iOS17,
            compute_precision=ct.precision.FLOAT16,
            skip_model_load=True,  # only macOS can load it
        )
        if int8_weights:
            config = OpLinearQuantizerConfig(mode="linear_symmetric", granularity="per_channel")
            model = linear_quantize_weights(model, OptimizationConfig(global_config=config))
        describe(model, version, meanings)
        model.save(str(path))


def describe(model: Any, version: str, meanings: dict[str, str]) -> None:
    """Write names, units, directions and licence into the package's own metadata."""
    model.author, model.license, model.version = description.AUTHOR, description.LICENCE, version
    model.short_description = description.SUMMARY
    model.input_description["image"] = description.IMAGE
    for name, meaning in meanings.items():
        model.output_description[name] = meaning
    model.user_defined_metadata.update(description.directions())
