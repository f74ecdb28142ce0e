"""Milliseconds that the Kotlin client takes to make the model's input of a photo of 12 megapixels, on one core.

    python -m tests.bench.resize --json -     # builds the Kotlin core first; no photo is needed

Processor time, so that others' work on a busy machine is not in it; `first` is before Java has compiled the loops.
"""

import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.android.driver import CORE, compiled, java
from tests.commands import parser, tell

WIDTH, HEIGHT, SIZE, RUNS = 4000, 3000, 224, 21
KINDS = {"rgb": 3, "rgba": 4}  # bytes of a pixel; an Android bitmap has four


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print; 2 when the core does not build."""
    args = parser("tests.bench.resize", __doc__).parse_args(argv)
    if fault := compiled():
        print(f"the Kotlin core does not build: {fault}", file=sys.stderr)
        return 2
    tell({"resize_ms": {kind: measured(channels) for kind, channels in KINDS.items()}}, args.json)
    return 0


def measured(channels: int) -> dict[str, float]:
    """Milliseconds of the first run and the median of the others."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "pixels"
        file.write_bytes(bytes(range(256)) * (WIDTH * HEIGHT * channels // 256))
        asked = {"file": str(file), "width": WIDTH, "height": HEIGHT, "channels": channels, "size": SIZE, "runs": RUNS}
        command = java("Resizer", options=())
        done = subprocess.run(command, input=json.dumps(asked), capture_output=True, text=True, check=True, cwd=CORE)
    times = [float(one) for one in json.loads(done.stdout)["ms"]]
    return {"median": statistics.median(times[1:]), "first": times[0]}


if __name__ == "__main__":
    sys.exit(main())
