"""Hold every written file against the checkpoint: answers, loss of P-Recall, latency. Raises below a bar."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mobile_export.figures import Reference, judge
from mobile_export.formats import RUN, STRUCTURE, Format
from mobile_export.gates import require
from mobile_export.golden import NOISE
from mobile_export.latency import alone, paired
from mobile_export.runners import runner_of
from training.batches import to_tensor
from training.runtime import Runner, agreement, answers_of

Metrics = dict[str, float]
FLOOR_PHOTOS = 100


def open_runners(folder: Path, rows: Sequence[Format]) -> dict[str, Runner]:
    """What runs each file here, by row name; files that nothing runs here are looked at for their structure only."""
    found = {row.name: runner_of(row, folder / row.path) for row in rows}
    return {name: runner for name, runner in found.items() if runner is not None}


def compare(reference: Reference, rows: Sequence[Format], runners: Mapping[str, Runner]) -> dict[str, Metrics]:
    """Figures of each file that runs here, by row name. Raises `ExportError` below a bar, naming the worst photo."""
    metrics = {}
    for row in rows:
        if row.name in runners:
            outcome = judge(reference, runners[row.name], row.name)
            require(row.precision, outcome.figures, outcome.worst)
            metrics[row.name] = outcome.figures | _floor(row, runners[row.name], reference.photos.images)
    return metrics


def timings(rows: Sequence[Format], runners: Mapping[str, Runner], image: NDArray[np.uint8]) -> dict[str, Metrics]:
    """Latency of each file that a real runtime runs, and its ratio to the fp32 file of that runtime."""
    tensor = to_tensor(image[None])
    measured = {}
    for row in (row for row in rows if row.proof == RUN):
        if row.timed_against:
            own, ratio = paired(runners[row.name], runners[row.timed_against], tensor)
            measured[row.name] = {"latency_ms": round(own, 2), "latency_ratio": round(ratio, 3)}
        else:
            measured[row.name] = {"latency_ms": round(alone(runners[row.name], tensor), 2)}
    return measured


def golden_runners(rows: Sequence[Format], runners: Mapping[str, Runner]) -> dict[str, Runner]:
    """One runner per precision: the first of the table speaks for the others."""
    by_precision: dict[str, Runner] = {}
    for row in rows:
        if row.name in runners:
            by_precision.setdefault(row.precision, runners[row.name])
    return by_precision


def _floor(row: Format, runner: Runner, images: NDArray[np.uint8]) -> Metrics:
    return {"noise_floor": noise_floor(runner, images[:FLOOR_PHOTOS])} if row.precision == "int8" else {}


def noise_floor(runner: Runner, images: NDArray[np.uint8]) -> float:
    """Share of grades on which the int8 file agrees with itself under noise of 0.02 grey levels."""
    rng = np.random.default_rng(0)
    plain = answers_of(runner, images, "int8 as it is")
    noisy = answers_of(runner, images + NOISE * rng.standard_normal(images.shape), "int8 under noise")
    return round(agreement(plain, noisy)["grades_equal"], 5)


def table(folder: Path, rows: Sequence[Format], metrics: Mapping[str, Mapping[str, float]]) -> str:
    """The closing table; a dash stands for what was not measured."""
    columns = {
        "equal": "grades_equal",
        "±1": "grades_within_one",
        "balanced": "balanced_equal",
        "maps": "map_correlation",
        "P-Recall": "mean_p_recall",
        "loss": "p_recall_loss",
        "ms": "latency_ms",
        "x fp32": "latency_ratio",
        "floor": "noise_floor",
    }
    lines = ["".join([f"{'format':16} {'precision':10} {'MB':>6}", *(f"{title:>9}" for title in columns)])]
    for row in rows:
        found = metrics.get(row.name, {})
        values = [f"{found[name]:>9.4f}" if name in found else f"{'-':>9}" for name in columns.values()]
        note = "  not run here: structure only" if row.proof == STRUCTURE else ""
        lines.append("".join([f"{row.name:16} {row.precision:10} {megabytes(folder / row.path):6.2f}", *values, note]))
    return "\n".join(lines)


def megabytes(path: Path) -> float:
    """Of a file, or of all files in a folder."""
    return sum(p.stat().st_size for p in ([path] if path.is_file() else path.rglob("*")) if p.is_file()) / 1e6
