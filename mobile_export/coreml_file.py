"""The Core ML package: fp16 compute, int8 weights, an S x S colour image in, named float32 outputs out.

The image enters as 0..255 (scale 1, no bias); the exact normalisation is inside the graph, since Core ML's own
preprocessing has one scale for all channels and cannot express it.
"""

import warnings
from pathlib import Path

import numpy as np
import torch

from mobile_export.graph import PhoneGraph
from training.attributes import ATTRIBUTES
from training.runtime import OUTPUTS

AUTHOR, LICENCE = "SkinScore", "Apache-2.0"


def write_package(graph: PhoneGraph, size: int, path: Path, version: str, meanings: dict[str, str]) -> None:
    """Convert, compress the weights to int8 per channel, describe, save as an `.mlpackage` folder."""
    import coremltools as ct
    from coremltools.optimize.coreml import OpLinearQuantizerConfig, OptimizationConfig, linear_quantize_weights

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # coremltools names torch versions that it has not tested
        traced = torch.jit.trace(graph.eval(), torch.zeros(1, 3, size, size), check_trace=False)
        model = ct.convert(
            traced,
            inputs=[ct.ImageType(name="image", shape=(1, 3, size, size), color_layout=ct.colorlayout.RGB)],
            outputs=[ct.TensorType(name=name, dtype=np.float32) for name in OUTPUTS],
            minimum_deployment_target=ct.target.iOS17,
            compute_precision=ct.precision.FLOAT16,
            skip_model_load=True,  # only macOS can load it
        )
        config = OpLinearQuantizerConfig(mode="linear_symmetric", granularity="per_channel")
        model = linear_quantize_weights(model, OptimizationConfig(global_config=config))
        describe(model, version, meanings)
        model.save(str(path))


def describe(model: object, version: str, meanings: dict[str, str]) -> None:
    """Write names, units, directions and licence into the package's own metadata."""
    spec = model  # an MLModel; coremltools has no types
    spec.author, spec.license, spec.version = AUTHOR, LICENCE, version  # type: ignore[attr-defined]
    spec.short_description = (  # type: ignore[attr-defined]
        "Grades five visible skin attributes 0..4 and shows where. Cosmetic appearance only; not validated on people."
    )
    spec.input_description["image"] = "centred square of the photo, exact box resize, RGB 0..255"  # type: ignore[attr-defined]
    for name, meaning in meanings.items():
        spec.output_description[name] = meaning  # type: ignore[attr-defined]
    for attribute in ATTRIBUTES:
        ends = f"0 {attribute.grade0} .. 4 {attribute.grade4}; more is {attribute.more_is}"
        spec.user_defined_metadata[f"attribute.{attribute.key}"] = ends  # type: ignore[attr-defined]
