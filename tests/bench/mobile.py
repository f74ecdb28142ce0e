"""Load, first run, steady run and memory of files that run here, beside onnxruntime, each in a process of its own.

    python -m tests.bench.mobile                                   # the committed bundle and checkpoint
    python -m tests.bench.mobile --bundle DIR --checkpoint RUN --json -

onnxruntime spins while it waits and slows whatever shares its process, so every file is measured alone
(`tests.bench.mobile_one`) and the files take turns: A B C A B C. Medians over turns; a ratio is the median of the
ratios within a turn. Both onnxruntime files are the rivals; the int8 one is made by its own static quantiser
(uint8 activations, int8 weights per channel, as its manual advises).
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

from mobile_export.formats import PTE_INT8
from tests.bench.mobile_files import make_rivals
from tests.commands import parser
from training import checkpoint
from training.photo_set import load_or_render

CALIBRATION_SEED = 12
AGAINST = ("pte_fp32", "onnx_fp32", "onnx_int8")


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print a table, or one JSON object."""
    p = parser("tests.bench.mobile", __doc__)
    p.add_argument("--bundle", type=Path, default=Path("mobile_export/reference"))
    p.add_argument("--checkpoint", type=Path, default=Path("training/reference"))
    p.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    p.add_argument("--turns", type=int, default=7)
    args = p.parse_args(argv)
    loaded = checkpoint.load(args.checkpoint)
    photos = load_or_render(100, loaded.size, CALIBRATION_SEED)
    with tempfile.TemporaryDirectory() as folder:
        files = {"pte_int8": args.bundle / PTE_INT8.path} | make_rivals(loaded, photos.images, Path(folder))
        figures = {str(n): measured(files, n, args.turns, loaded.size) for n in args.threads}
    show(figures, args.json)
    return 0


def measured(files: dict[str, Path], threads: int, turns: int, size: int) -> dict[str, dict[str, float]]:
    """Figures of each file by name."""
    rows: dict[str, list[dict[str, float]]] = {name: [] for name in files}
    for turn in range(turns):
        print(f"{threads} thread(s), turn {turn + 1} of {turns}", file=sys.stderr, flush=True)
        for name, file in files.items():
            rows[name].append(one(file, threads, size))
    figures = {}
    for name, turned in rows.items():
        figures[name] = {key: round(median(row[key] for row in turned), 2) for key in turned[0]}
        figures[name] |= {f"ratio_to_{other}": _ratio(turned, rows[other]) for other in AGAINST if other != name}
    return figures


def one(file: Path, threads: int, size: int) -> dict[str, float]:
    """One file in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.mobile_one", str(file), str(threads), str(size)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def _ratio(own: list[dict[str, float]], other: list[dict[str, float]]) -> float:
    return round(median(a["latency_ms"] / b["latency_ms"] for a, b in zip(own, other, strict=True)), 3)


def show(figures: dict[str, Any], target: str | None) -> None:
    """A table per number of threads, or JSON."""
    if target == "-":
        print(json.dumps(figures))
        return
    if target:
        Path(target).write_text(json.dumps(figures) + "\n", "utf-8")
    for threads, rows in figures.items():
        columns = list(dict.fromkeys(key for row in rows.values() for key in row))
        print(f"\n{threads} thread(s)\n{'file':10}" + "".join(f"{column:>20}" for column in columns))
        for name, row in rows.items():
            print(f"{name:10}" + "".join(f"{row.get(column, '-'):>20}" for column in columns))


if __name__ == "__main__":
    sys.exit(main())
