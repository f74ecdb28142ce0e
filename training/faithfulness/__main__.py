"""Score a grader's maps on synthetic skin, whose true maps are known.

    python -m training.faithfulness --checkpoint training/reference --synthetic 300 --seed 4242
    python -m training.faithfulness --bundle mobile_export/reference --synthetic 300 --seed 4242 --json -

Status 0 when every check holds, 1 when one does not, 2 when nothing could be measured.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from training.arguments import COUNT, SEED
from training.checkpoint import CheckpointError
from training.faithfulness.figures import score
from training.faithfulness.text import tables
from training.graders import BundleGrader, CheckpointGrader, Grader
from training.photo_set import render_set
from training.saving import check_target


def parser() -> argparse.ArgumentParser:
    """The command line."""
    p = argparse.ArgumentParser(
        "python -m training.faithfulness", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    grader = p.add_mutually_exclusive_group(required=True)
    grader.add_argument("--checkpoint", type=Path, help="checkpoint folder")
    grader.add_argument("--bundle", type=Path, help="bundle folder; the maps of its ExecuTorch file are scored")
    p.add_argument("--synthetic", type=COUNT, default=300, metavar="N", help="photos to render (default 300)")
    p.add_argument("--probed", type=COUNT, default=24, metavar="N", help="of these, how many to change (default 24)")
    p.add_argument("--seed", type=SEED, default=4242, help="of photos, random orders and intervals (default 4242)")
    p.add_argument("--json", help="write the figures as one JSON object to this file; - is stdout")
    return p


def main(argv: Sequence[str] | None = None) -> int:
    """Print the figures; 0 when the checks hold, 1 when one does not, 2 with a sentence when nothing was measured."""
    args = parser().parse_args(argv)
    try:
        check_target(args.json)
        grader: Grader = CheckpointGrader.open(args.checkpoint) if args.checkpoint else BundleGrader.open(args.bundle)
        photos = render_set(args.synthetic, grader.size, args.seed)
        figures = score(grader, photos, args.seed, args.probed)
        record = json.dumps(figures, ensure_ascii=False)
        print(record if args.json == "-" else tables(figures))
        if args.json and args.json != "-":
            Path(args.json).write_text(record + "\n", "utf-8")
    except (CheckpointError, ValueError, OSError) as error:
        print(f"training.faithfulness: {error}", file=sys.stderr)
        return 2
    return 0 if all(figures["checks"].values()) else 1


if __name__ == "__main__":
    sys.exit(main())
