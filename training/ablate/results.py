"""Rows of a table as Markdown: our figures on synthetic skin beside the seed's on its own, other photos."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy import stats

from training.ablate.scales import Scale
from training.ablate.tables import TABLES, Row
from training.attributes import KEYS

UNTRAINED = 0.2  # P-Recall of always answering 2: up to it a row says nothing about its idea
HEADING = """# The seed's tables, run again

Ours: P-Recall over the grades present on 1,000 fresh photos of synthetic skin, balanced, clean grades. In brackets:
what the seed published for the same row on its private photos of people. **Other data: the two cannot be compared, only
the order of rows within each.** The seed's single runs differ by up to .15 without a reason.
The interval is a 95 % one: over runs where there are several (Student's t), else over photos (bootstrap).
"""


@dataclass(frozen=True)
class Measured:
    """A row and the figures of its runs."""

    row: Row
    runs: list[dict[str, Any]]

    def mean(self, key: str = "") -> float:
        """P-Recall over grades present, of an attribute or the mean of all, averaged over runs."""
        values = [
            (run["attributes"][key]["p_recall_present"] if key else run["mean_p_recall_present"]) for run in self.runs
        ]
        return float(np.mean(values))

    def interval(self) -> tuple[float, float]:
        """95 % interval of the mean over attributes."""
        if len(self.runs) == 1:
            low, high = self.runs[0]["ci95"]
            return low, high
        return student_interval([run["mean_p_recall_present"] for run in self.runs])

    def record(self) -> dict[str, Any]:
        """The row as JSON."""
        return {
            "row": self.row.name,
            "mean_p_recall_present": self.mean(),
            "ci95": list(self.interval()),
            "runs": self.runs,
        }


def student_interval(values: Sequence[float]) -> tuple[float, float]:
    """95 % interval of the mean of a few runs."""
    half = stats.t.ppf(0.975, len(values) - 1) * np.std(values, ddof=1) / np.sqrt(len(values))
    return float(np.mean(values) - half), float(np.mean(values) + half)


def table_of(rows: Sequence[Measured]) -> str:
    """A Markdown table."""
    lines = [f"| row | {' | '.join(KEYS)} | mean | 95 % interval | s a run |", "|---" * (len(KEYS) + 4) + "|"]
    return "\n".join(lines + [_line(one) for one in rows] + _differences(rows))


def _line(one: Measured) -> str:
    cells = [_cell(one.mean(key), one.row.published_for(key)) for key in KEYS]
    single = one.row.published[0] if len(one.row.published) == 1 else None
    low, high = one.interval()
    seconds = np.mean([run["seconds"] for run in one.runs])
    cells += [_cell(one.mean(), single), f"{low:.3f} to {high:.3f}", f"{seconds:.0f}"]
    return f"| {one.row.name} | {' | '.join(cells)} |"


def _cell(ours: float, published: float | None) -> str:
    beside = "" if published is None else f" [{published:.3f}]"
    return f"{ours:.3f}{' untrained' if ours < UNTRAINED + 1e-6 else ''}{beside}"


def _differences(rows: Sequence[Measured]) -> list[str]:
    """Below the recipe table: ours minus the seed's, seed by seed."""
    named = {one.row.name[:2]: one for one in rows if one.row.name[1:2] == ":"}
    if not {"a:", "b:", "c:"} <= set(named):
        return []
    ours, lines = [run["mean_p_recall_present"] for run in named["c:"].runs], [""]
    for letter in "ab":
        gaps = np.array(ours) - [run["mean_p_recall_present"] for run in named[f"{letter}:"].runs]
        ends = student_interval(list(gaps)) if len(gaps) > 1 else None
        spread = f"95 % interval over {len(gaps)} runs {ends[0]:.3f} to {ends[1]:.3f}" if ends else "one run"
        lines.append(f"c - {letter}: {gaps.mean():.3f} ({spread})  ")
    return lines


def write_section(path: Path, name: str, scale_name: str, rows: Sequence[Measured], scale: Scale) -> None:
    """Put the table into the file, in place of the one that stood there for this table and scale."""
    title = f"## {name}, {scale_name}"
    devices, runs = sorted({run["device"] for row in rows for run in row.runs}), len(rows[0].runs)
    command = f"python -m training.ablate --table {name} --scale {scale_name} --seeds {runs}"
    missing = [row.name for row in TABLES[name] if row.name not in {one.row.name for one in rows}]
    conditions = (
        f"{scale.images:,} images a row at {scale.base} px out of {scale.photos:,} photos, {runs} run(s) a row on "
        f"{' and '.join(devices)}, command `{command}`." + f" Not trained: {', '.join(missing)}." * bool(missing)
    )
    section = f"{title}\n\n{conditions}\n\n{table_of(rows)}\n"
    before = path.read_text("utf-8") if path.exists() else HEADING
    parts = [part for part in before.split("\n## ") if not f"## {part}".startswith(f"{title}\n")]
    path.write_text("\n## ".join(parts).rstrip() + f"\n\n{section}", "utf-8")
