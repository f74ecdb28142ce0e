"""How each file of the table is run or evaluated on this machine: image (1,3,S,S) of 0..255 -> outputs by name."""

import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from mobile_export.errors import ExportError
from mobile_export.formats import COREML, EXECUTORCH, ONNX, STRUCTURE, Format
from mobile_export.mil_eval import MilProgram
from mobile_export.pte_structure import faults, unpack_coreml
from training.runtime import OUTPUTS, PteRunner, Runner


class OnnxRunner:
    """A callable `.onnx` file on onnxruntime's CPU provider."""

    def __init__(self, file: Path, threads: int = 0) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads  # 0: as many as there are cores
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # or it slows whatever runs beside it
        self.session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])

    def __call__(self, image: Tensor) -> dict[str, NDArray[np.float32]]:
        values = self.session.run(list(OUTPUTS), {"image": image.contiguous().numpy()})
        return {name: value[0] for name, value in zip(OUTPUTS, values, strict=True)}


def runner_of(row: Format, path: Path) -> Runner | None:
    """What runs this file here; None when nothing does. Raises `ExportError` when it is not built as it must be."""
    if row.format == EXECUTORCH:
        data = path.read_bytes()
        if wrong := faults(data, row.backend):
            raise ExportError(f"{row.path}: {wrong[0]}")
        if row.backend == "coreml":
            return _embedded(data)
        return None if row.proof == STRUCTURE else PteRunner(data)
    if row.format == COREML:
        return MilProgram(path)
    return OnnxRunner(path) if row.format == ONNX else None


def _embedded(data: bytes) -> Runner:
    """The Core ML model inside an ExecuTorch file; its outputs carry names of the lowering, so they go by order."""
    with tempfile.TemporaryDirectory() as folder:
        program = MilProgram(unpack_coreml(data, Path(folder)))
    return lambda image: dict(zip(OUTPUTS, program(image).values(), strict=True))
