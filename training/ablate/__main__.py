"""Run a table of the seed on the same photos and write its rows into training/RESULTS.md.

    python -m training.ablate --table loss                     # tiny: minutes a row on two cores (swinv2: an hour)
    python -m training.ablate --table recipe --seeds 3         # the seed's recipe against ours
    python -m training.ablate --table backbone --scale full    # hours a row; wants a GPU
    python -m training.ablate --table all --jobs 12            # so many runs at once, on a GPU
    python -m training.ablate --table all --dry                # builds every row and takes one step, writes nothing

A run that was stopped goes on where it was. Rows are measured on a balanced set of fresh photos, clean grades.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from training.ablate.results import Measured, table_of, write_section
from training.ablate.runs import RowFailed, one_run, record_of
from training.ablate.scales import scale_of
from training.ablate.tables import TABLES, Row
from training.saving import RunError, check_target

RESULTS = Path(__file__).parents[1] / "RESULTS.md"


def main(argv: Sequence[str] | None = None) -> int:
    """Train and measure the rows; 0 when all were, 2 with a sentence when one could not be."""
    p = argparse.ArgumentParser(
        "python -m training.ablate", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    p.add_argument("--table", choices=(*TABLES, "all"), required=True)
    p.add_argument("--scale", choices=("tiny", "full"), default="tiny")
    p.add_argument("--seeds", type=int, default=1, help="runs of each row (default 1)")
    p.add_argument("--only", action="append", metavar="ROW", help="this row alone (may be given again)")
    p.add_argument("--jobs", type=int, default=1, help="runs at once (default 1); on a GPU about one a core")
    p.add_argument("--dry", action="store_true", help="build each row and take one step")
    p.add_argument("--out", type=Path, default=Path("runs/ablate"), help="where runs are kept (default runs/ablate)")
    p.add_argument("--results", type=Path, default=RESULTS, help="Markdown file of the tables")
    p.add_argument("--json", help="write the rows as one JSON object to this file; - is stdout")
    args = p.parse_args(argv)
    names = list(TABLES) if args.table == "all" else [args.table]
    known = {row.name for name in names for row in TABLES[name]}
    if args.seeds < 1:
        p.error("--seeds: give 1 or more runs of each row")
    if unknown := set(args.only or ()) - known:
        p.error(f"--only: no row '{unknown.pop()}'; the rows are {', '.join(sorted(known))}")
    try:
        check_target(args.json, args.results)
        if args.jobs > 1 and not args.dry:
            run_ahead(names, args)
        show(dry(args, names) if args.dry else {name: run_table(name, args) for name in names}, args)
    except (RowFailed, RunError, OSError) as error:
        print(f"training.ablate: {error}", file=sys.stderr)
        return 2
    return 0


def dry(args: argparse.Namespace, names: Sequence[str]) -> dict[str, list[Measured]]:
    """One step of every row, in a folder that goes away."""
    with tempfile.TemporaryDirectory() as folder:
        args.out = Path(folder)
        return {name: run_table(name, args) for name in names}


def run_ahead(names: Sequence[str], args: argparse.Namespace) -> None:
    """Train and record every row that needs no other's networks, several at once; those of many images first."""
    tasks = [
        (row, scale, seed, args.out / name / args.scale)
        for name in sorted(names, key=lambda name: -scale_of(name, args.scale).images)
        for scale in [scale_of(name, args.scale)]
        for row in chosen(name, args)
        for seed in range(1, args.seeds + 1)
        if not row.same_runs_as
    ]
    for scale, seed in dict.fromkeys((scale, seed) for _, scale, seed, _ in tasks):
        scale.render(seed)  # before the runs start, which would draw the same photos in each other's way
    with ProcessPoolExecutor(args.jobs, get_context("spawn")) as pool:
        for future in [pool.submit(one_run, *task) for task in tasks]:
            future.result()


def run_table(name: str, args: argparse.Namespace) -> list[Measured]:
    """The rows asked for, trained and measured where no record of that is found, beside all others with records."""
    scale_name = "dry" if args.dry else args.scale
    scale, folder, seeds = scale_of(name, scale_name), args.out / name / scale_name, range(1, args.seeds + 1)
    asked = chosen(name, args)
    rows = [row for row in TABLES[name] if row in asked or all(record_of(row, seed, folder).exists() for seed in seeds)]
    measured = [Measured(row, [one_run(row, scale, seed, folder) for seed in seeds]) for row in rows]
    if not args.dry:
        write_section(args.results, name, scale_name, measured, scale)
    return measured


def chosen(name: str, args: argparse.Namespace) -> list[Row]:
    """The rows of a table that were asked for."""
    return [row for row in TABLES[name] if not args.only or row.name in args.only]


def show(found: dict[str, list[Measured]], args: argparse.Namespace) -> None:
    """Tables for people, or one JSON object where asked."""
    if args.json:
        text = json.dumps({name: [one.record() for one in rows] for name, rows in found.items()})
        if args.json == "-":
            print(text)
            return
        Path(args.json).write_text(text + "\n", "utf-8")
    for name, rows in found.items():
        print(f"\n{name}\n" + table_of(rows))


if __name__ == "__main__":
    sys.exit(main())
