"""What an ExecuTorch file holds, read from the file itself: delegates, operators outside them, an embedded model."""

from pathlib import Path
from typing import Any

IDS = {"xnnpack": "XnnpackBackend", "coreml": "CoreMLBackend", "vulkan": "VulkanBackend"}
PACKAGE = "model.mlpackage"  # inside what the Core ML delegate holds


def faults(data: bytes, backend: str) -> list[str]:
    """Why `forward` is not one delegate of `backend` and nothing else; empty when it is."""
    plan = _forward(data)
    delegates = [delegate.id for delegate in plan.delegates]
    leftovers = [f"{op.name}.{op.overload}" for op in plan.operators]
    if delegates == [IDS[backend]] and not leftovers:
        return []
    return [f"expected one {IDS[backend]} delegate and nothing else; got {delegates} and {leftovers}"]


def unpack_coreml(data: bytes, folder: Path) -> Path:
    """Write the Core ML model that the file embeds under `folder`; returns the package."""
    from executorch.backends.apple.coreml import executorchcoreml
    from executorch.exir._serialize._program import _extract_delegate_payload

    payload = _extract_delegate_payload(data, IDS["coreml"])
    if payload is None or not executorchcoreml.unflatten_directory_contents(payload, str(folder)):
        raise ValueError("the file embeds no Core ML model that can be unpacked")
    return next(folder.rglob(PACKAGE))


def _forward(data: bytes) -> Any:
    from executorch.exir._serialize._program import deserialize_pte_binary

    program = deserialize_pte_binary(data).program
    return next(plan for plan in program.execution_plan if plan.name == "forward")
