"""One file in one process: `python -m tests.bench.mobile_one FILE THREADS SIDE` prints a JSON line.

Memory is what the process grew by from before the runtime loaded the file to its highest point, in MiB of resident
pages; both runtimes are imported before, so that Python, torch and numpy do not count.
"""

import json
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import torch

WARM, RUNS = 5, 40


def main(argv: list[str] | None = None) -> None:
    """Measure and print."""
    file, threads, size = argv or sys.argv[1:]
    load = loader(Path(file), int(threads))
    image = torch.rand(1, 3, int(size), int(size), generator=torch.Generator().manual_seed(0)) * 255
    Path("/proc/self/clear_refs").write_text("5")  # the highest resident set starts again from here
    before = resident_mib("VmRSS")
    runner, load_ms = timed(load)
    _, first_ms = timed(lambda: runner(image))
    times = [timed(lambda: runner(image))[1] for _ in range(WARM + RUNS)]
    figures = {"load_ms": load_ms, "first_ms": first_ms, "latency_ms": median(times[WARM:])}
    print(json.dumps(figures | {"memory_mib": resident_mib("VmHWM") - before}))


def loader(file: Path, threads: int) -> Callable[[], Callable]:
    """What loads the file on so many threads, its runtime imported already."""
    if file.suffix == ".onnx":
        from mobile_export.runners import OnnxRunner

        return lambda: OnnxRunner(file, threads)
    from executorch.extension.pybindings import portable_lib

    from training.runtime import PteRunner

    portable_lib._unsafe_reset_threadpool(threads)  # the only switch of the Python runtime; nothing runs yet
    return lambda: PteRunner(file)


def timed(work: Callable) -> tuple:
    """Its result and milliseconds."""
    start = time.perf_counter()
    result = work()
    return result, (time.perf_counter() - start) * 1000


def resident_mib(field: str) -> float:
    """VmRSS now, or VmHWM, the highest since the last reset (Linux; getrusage would count the parent process too)."""
    status = Path("/proc/self/status").read_text("utf-8")
    return int(re.findall(rf"{field}:\s+(\d+) kB", status)[0]) / 1024


if __name__ == "__main__":
    main()
