"""The files of a bundle: one row per file, read by the exporter, the check and the README."""

from dataclasses import dataclass
from importlib.metadata import version


@dataclass(frozen=True)
class Format:
    """One exported file: what it is, who takes it, and the oldest runtime that may run it."""

    format: str
    backend: str
    precision: str
    role: str
    path: str
    exporter: str  # the package that wrote it
    min_runtime: str


# The newest Android runtime that is reported as published is 1.4.0; a file of 1.4.x runs on it and on the next minor.
PTE_INT8 = Format("executorch", "xnnpack", "int8", "phone", "skinscore_xnnpack_int8.pte", "executorch", "1.4.0")
COREML_W8 = Format("coreml", "coreml", "w8a16", "phone", "skinscore_coreml_w8.mlpackage", "coremltools", "iOS 17")
SERVER = Format("safetensors", "torch", "fp16", "server", "skinscore_server_fp16.safetensors", "torch", "torch 2")
FORMATS = (PTE_INT8, COREML_W8, SERVER)


def exported_with(row: Format) -> str:
    """Name and version of the package that wrote the file."""
    return f"{row.exporter} {version(row.exporter).partition('+')[0]}"
