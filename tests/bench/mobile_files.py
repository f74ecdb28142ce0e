"""What the committed int8 `.pte` is measured beside, made on the spot: fp32 `.pte`, onnxruntime fp32 and int8."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mobile_export import description
from mobile_export.executorch_file import lower
from mobile_export.graph import PhoneGraph
from mobile_export.onnx_file import convert
from training.batches import to_tensor
from training.checkpoint import Checkpoint


def make_rivals(loaded: Checkpoint, images: NDArray[np.uint8], folder: Path) -> dict[str, Path]:
    """Files by name: the same graph with all its outputs, in fp32 and quantised by onnxruntime on photos (N,S,S,3)."""
    import onnx
    from onnxruntime import quantization

    files = {"pte_fp32": folder / "fp32.pte", "onnx_fp32": folder / "fp32.onnx", "onnx_int8": folder / "int8.onnx"}
    graph = PhoneGraph(loaded.net, loaded.decoding)
    files["pte_fp32"].write_bytes(lower(graph, loaded.size))
    meanings = description.meanings(loaded.size, loaded.info["heatmap_scale"])
    onnx.save(convert(graph, loaded.size, "0.0.0", meanings), str(files["onnx_fp32"]))
    quantization.quant_pre_process(str(files["onnx_fp32"]), str(folder / "prepared.onnx"))
    quantization.quantize_static(
        str(folder / "prepared.onnx"),
        str(files["onnx_int8"]),
        _reader(images),
        per_channel=True,
        activation_type=quantization.QuantType.QUInt8,
        weight_type=quantization.QuantType.QInt8,
    )
    return files


def _reader(images: NDArray[np.uint8]) -> object:
    from onnxruntime.quantization import CalibrationDataReader

    class Photos(CalibrationDataReader):
        """Photos one by one, under the graph's input name."""

        def __init__(self) -> None:
            self.rest: Iterator[NDArray[np.uint8]] = iter(images)

        def get_next(self) -> dict[str, NDArray[np.float32]] | None:
            image = next(self.rest, None)
            return None if image is None else {"image": to_tensor(image[None]).contiguous().numpy()}

    return Photos()
