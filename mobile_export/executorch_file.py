"""Lower a graph to one ExecuTorch file on XNNPACK, and make sure that it is one delegate and runs."""

import warnings

import torch
from torch import nn

from mobile_export.int8_sigmoid import partitioner_configs
from training.runtime import PteRunner


class ExportError(RuntimeError):
    """A file came out wrong and is not shipped; the text says which check failed."""


def lower(graph: nn.Module, size: int) -> bytes:
    """The `.pte` of a graph that takes (1,3,size,size). Raises `ExportError` unless it is one XNNPACK delegate."""
    from executorch.backends.xnnpack.partition.xnnpack_partitioner import XnnpackPartitioner
    from executorch.exir import to_edge_transform_and_lower

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch.export warns of its own deprecations
        program = torch.export.export(graph, (torch.zeros(1, 3, size, size),))
        edge = to_edge_transform_and_lower(program, partitioner=[XnnpackPartitioner(partitioner_configs())])
        leftovers, delegates = _calls(edge.exported_program().graph)
        if leftovers or delegates != 1:
            raise ExportError(f"expected one XNNPACK delegate and nothing else; got {delegates} and {leftovers}")
        file = edge.to_executorch().buffer
    PteRunner(file)(torch.zeros(1, 3, size, size))  # a file can lower well and still fail when it runs
    return file


def _calls(graph: torch.fx.Graph) -> tuple[list[str], int]:
    """Names of the ops outside delegates, and the number of delegates."""
    names = [str(node.target) for node in graph.nodes if node.op == "call_function"]
    delegates = [name for name in names if "call_delegate" in name]
    return [n for n in names if "call_delegate" not in n and "getitem" not in n], len(delegates)
