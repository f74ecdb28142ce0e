"""Write `report.html`, one page without script or network, and `model_card.md` about a trained grader.

    python -m training.report runs/mine                                # on 1,000 freshly rendered photos
    python -m training.report training/reference --synthetic 2000 --seed 7 --out report
    python -m training.report runs/mine --data held_out_photos --json -

RUN is a folder that `training.train` wrote. On your own photos the true maps and skin tones are not known, so the page
says what is missing; it shows the worst mistakes, so treat it as you treat the photos. Status 0 when both are written.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from training.checkpoint import CheckpointError
from training.datasets import DataError, photo_set
from training.inspect.counts import legible
from training.measure import ceiling_line
from training.metrics import table
from training.photo_set import render_set
from training.report.findings import Findings, find
from training.report.page import model_card, page
from training.report.run import Run, read_run
from training.saving import check_target
from training.synthetic_folder import SYNTHETIC, source_of

PAGE, CARD = "report.html", "model_card.md"


def parser() -> argparse.ArgumentParser:
    """The command line."""
    p = argparse.ArgumentParser(
        "python -m training.report", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    p.add_argument("run", type=Path, metavar="RUN", help="folder of a run, or of a checkpoint alone")
    photos = p.add_mutually_exclusive_group()
    photos.add_argument("--data", type=Path, metavar="DIR", help="labelled photos that the run did not learn from")
    photos.add_argument("--synthetic", type=int, default=1000, metavar="N", help="photos to render (default 1000)")
    p.add_argument("--probed", type=int, default=24, metavar="N", help="of these, how many to change (default 24)")
    p.add_argument("--seed", type=int, default=4242, help="of the rendered photos and the intervals (default 4242)")
    p.add_argument("--out", type=Path, metavar="DIR", help="folder of the page and the card (default RUN/report)")
    p.add_argument("--json", help="write the figures as one JSON object to this file; - is stdout")
    return p


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, write the page and the card; 0 when both are written, 2 with a sentence when they could not be."""
    args = parser().parse_args(argv)
    try:
        if min(args.synthetic, args.probed, args.seed + 1) < 1:
            raise DataError("--synthetic and --probed need at least one photo, and --seed must not be negative")
        check_target(args.json)
        run = read_run(args.run)
        out = args.out or args.run / "report"
        out.mkdir(parents=True, exist_ok=True)
        found = measured(run, args)
        (out / PAGE).write_text(legible(page(run, found)), "utf-8")
        (out / CARD).write_text(legible(model_card(run, found)), "utf-8")
        show(found, out, args.json)
    except (CheckpointError, DataError, OSError) as error:
        print(f"training.report: {legible(str(error))}", file=sys.stderr)
        return 2
    return 0


def measured(run: Run, args: argparse.Namespace) -> Findings:
    """All findings on the photos asked for."""
    if args.data:
        photos = photo_set(args.data, run.grader.size)
        return find(run.grader, photos, source_of(args.data), args.seed, args.probed)
    photos = render_set(args.synthetic, run.grader.size, args.seed)
    return find(run.grader, photos, f"{SYNTHETIC}, seed {args.seed}", args.seed, args.probed)


def show(found: Findings, out: Path, target: str | None) -> None:
    """A table for people, or one JSON object where asked."""
    record = found.figures | {"faithfulness": found.faithfulness, "files": [str(out / PAGE), str(out / CARD)]}
    text = legible(json.dumps(record, ensure_ascii=False))
    if target and target != "-":
        Path(target).write_text(text + "\n", "utf-8")
    summary = f"{table(found.figures)}\n\n{ceiling_line(found.figures)}\nwritten: {out / PAGE}, {out / CARD}"
    print(text if target == "-" else legible(summary))


if __name__ == "__main__":
    sys.exit(main())
