"""Lower a graph to one ExecuTorch file, and make sure that it is one delegate and, where it can here, that it runs.

The method `about` of the file gives its metadata as JSON text; `forward` grades.
"""

import warnings
from typing import Any

import torch
from torch import nn

from mobile_export.errors import ExportError
from mobile_export.int8_sigmoid import partitioner_configs
from mobile_export.pte_structure import faults
from training.runtime import PteRunner


def lower(graph: nn.Module, size: int, backend: str = "xnnpack", about: str = "{}") -> bytes:
    """The `.pte` of a graph that takes (1,3,size,size). Raises `ExportError` unless it is one delegate of `backend`."""
    from executorch.exir import to_edge_transform_and_lower

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch.export warns of its own deprecations
        program = torch.export.export(graph, (torch.zeros(1, 3, size, size),))
        edge = to_edge_transform_and_lower(
            program, partitioner=[PARTITIONERS[backend]()], constant_methods={"about": about}
        )
        file = edge.to_executorch().buffer
    if wrong := faults(file, backend):
        raise ExportError(wrong[0])
    if backend == "xnnpack":
        PteRunner(file)(torch.zeros(1, 3, size, size))  # a file can lower well and still fail when it runs
    return file


def _xnnpack() -> Any:
    from executorch.backends.xnnpack.partition.xnnpack_partitioner import XnnpackPartitioner

    return XnnpackPartitioner(partitioner_configs())


def _coreml() -> Any:
    import coremltools as ct
    from executorch.backends.apple.coreml.compiler import CoreMLBackend
    from executorch.backends.apple.coreml.partition import CoreMLPartitioner

    specs = CoreMLBackend.generate_compile_specs(
        compute_precision=ct.precision.FLOAT16,
        compute_unit=ct.ComputeUnit.ALL,
        minimum_deployment_target=ct.target.iOS17,
    )
    return CoreMLPartitioner(compile_specs=specs, lower_full_graph=True)


def _vulkan() -> Any:
    from executorch.backends.vulkan.partitioner.vulkan_partitioner import VulkanPartitioner

    return VulkanPartitioner({"force_fp16": True})


PARTITIONERS = {"xnnpack": _xnnpack, "coreml": _coreml, "vulkan": _vulkan}
