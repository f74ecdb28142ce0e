"""The files of a bundle: one row per file, read by the exporter, the check and the README."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

EXECUTORCH, COREML, ONNX, SAFETENSORS = "executorch", "coreml", "onnx", "safetensors"
INT8 = "int8"  # precision of the fine-tuned trunk: weights and activations
RUN, EVALUATED, STRUCTURE, BYTES = "run", "evaluated", "not run", "bytes"  # how a file is proven here


class FormatError(ValueError):
    """A choice of formats or options that makes no sense here; the text says what to do."""


@dataclass(frozen=True)
class Format:
    """One exported file: what it is, who takes it, what makes it, and the oldest runtime that may run it."""

    name: str  # as --formats takes it
    format: str
    backend: str
    precision: str  # w8aN: weights in 8 bits, activations in N as floats
    role: str
    path: str
    needs: tuple[str, ...]  # packages; the first one wrote the file
    min_runtime: str
    proof: str
    default: bool = False
    options: tuple[str, ...] = ()  # that mean nothing to any other row
    timed_against: str = ""  # name of the fp32 row that its latency is compared with


OF_INT8 = ("--qat-steps", "--int8-sigmoid")  # options of the files that hold the fine-tuned int8 trunk
# The newest Android runtime that is reported as published is 1.4.0; a file of 1.4.x runs on it and on the next minor.
# Where two rows hold one precision, the first gives that precision's golden answers.
FORMATS = (
    Format(
        name="xnnpack-int8",
        format=EXECUTORCH,
        backend="xnnpack",
        precision=INT8,
        role="phone",
        path="skinscore_xnnpack_int8.pte",
        needs=("executorch", "torchao"),
        min_runtime="1.4.0",
        proof=RUN,
        default=True,
        options=OF_INT8,
        timed_against="xnnpack-fp32",
    ),
    Format(
        name="xnnpack-fp32",
        format=EXECUTORCH,
        backend="xnnpack",
        precision="fp32",
        role="phone",
        path="skinscore_xnnpack_fp32.pte",
        needs=("executorch",),
        min_runtime="1.4.0",
        proof=RUN,
    ),
    Format(
        name="coreml-w8a16",
        format=COREML,
        backend="coreml",
        precision="w8a16",
        role="phone",
        path="skinscore_coreml_w8.mlpackage",
        needs=("coremltools",),
        min_runtime="iOS 17",
        proof=EVALUATED,
        default=True,
    ),
    Format(
        name="coreml-int8",
        format=COREML,
        backend="coreml",
        precision=INT8,
        role="phone",
        path="skinscore_coreml_int8.mlpackage",
        needs=("coremltools", "torchao"),
        min_runtime="iOS 17",
        proof=EVALUATED,
        options=OF_INT8,
    ),
    Format(
        name="coreml-fp16",
        format=COREML,
        backend="coreml",
        precision="fp16",
        role="phone",
        path="skinscore_coreml_fp16.mlpackage",
        needs=("coremltools",),
        min_runtime="iOS 17",
        proof=EVALUATED,
    ),
    Format(
        name="coreml-pte-fp16",
        format=EXECUTORCH,
        backend="coreml",
        precision="fp16",
        role="phone",
        path="skinscore_coreml_fp16.pte",
        needs=("executorch", "coremltools"),
        min_runtime="1.4.0",
        proof=EVALUATED,
    ),
    Format(
        name="vulkan-fp16",
        format=EXECUTORCH,
        backend="vulkan",
        precision="fp16",
        role="phone",
        path="skinscore_vulkan_fp16.pte",
        needs=("executorch",),
        min_runtime="1.4.0",
        proof=STRUCTURE,
    ),
    Format(
        name="onnx-w8a32",
        format=ONNX,
        backend="onnxruntime",
        precision="w8a32",
        role="web",
        path="skinscore_w8.onnx",
        needs=("onnxscript", "onnx", "onnxruntime"),
        min_runtime="1.14",
        proof=RUN,
        default=True,
        timed_against="onnx-fp32",
    ),
    Format(
        name="onnx-fp32",
        format=ONNX,
        backend="onnxruntime",
        precision="fp32",
        role="web",
        path="skinscore_fp32.onnx",
        needs=("onnxscript", "onnx", "onnxruntime"),
        min_runtime="1.14",
        proof=RUN,
    ),
    Format(
        name="server",
        format=SAFETENSORS,
        backend="torch",
        precision="fp16",
        role="server",
        path="skinscore_server_fp16.safetensors",
        needs=("torch",),
        min_runtime="torch 2",
        proof=BYTES,
        default=True,
    ),
)
BY_NAME = {row.name: row for row in FORMATS}
PTE_INT8, SERVER = BY_NAME["xnnpack-int8"], BY_NAME["server"]


def chosen(text: str | None, options: Sequence[str] = ()) -> tuple[Format, ...]:
    """Rows for `--formats TEXT` in the table's order, server weights always among them. Raises `FormatError`.

    `options` are those given on the command line that only some formats heed.
    """
    names = [row.name for row in FORMATS if row.default] if text is None else [n.strip() for n in text.split(",")]
    if text == "all":
        names = list(BY_NAME)
    for name in names:
        if name not in BY_NAME:
            raise FormatError(f"there is no format '{name}': name some of {', '.join(BY_NAME)}, or all")
    rows = tuple(row for row in FORMATS if row.name in names or row is SERVER)
    if not any(row.proof in (RUN, EVALUATED) for row in rows):
        raise FormatError(f"{text} cannot be run here, so nothing could be proven: add one of {_provable()}")
    for option in options:
        if not any(option in row.options for row in rows):
            heeding = ", ".join(row.name for row in FORMATS if option in row.options)
            raise FormatError(f"{option} means nothing to the formats chosen: leave it out, or add {heeding}")
    return rows


def insist_on_tools(rows: Sequence[Format]) -> None:
    """Raises `FormatError` when a package that a row needs is not installed."""
    for row in rows:
        for package in row.needs:
            try:
                version(package)
            except PackageNotFoundError:
                fix = "pip install -r requirements.txt, or leave it out with --formats"
                raise FormatError(f"{row.name} needs {package}, which is not installed here: {fix}") from None


def exported_with(row: Format) -> str:
    """Name and version of the package that wrote the file."""
    return f"{row.needs[0]} {version(row.needs[0]).partition('+')[0]}"


def listing() -> str:
    """The table as text for people; * marks the default."""
    lines = [f"  {'name':16} {'precision':10} {'role':7} {'here':10} {'runtime':9} file"]
    for row in FORMATS:
        facts = f"{row.name:16} {row.precision:10} {row.role:7} {row.proof:10} {row.min_runtime:9} {row.path}"
        lines.append(f"{'*' if row.default else ' '} {facts}")
    return "\n".join(lines)


def _provable() -> str:
    return ", ".join(row.name for row in FORMATS if row.proof in (RUN, EVALUATED))
