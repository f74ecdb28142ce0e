"""Show, before a model is published, how grades move on the same photos: nobody's skin should change because it did.

    python -m training.compare mobile_export/reference bundle --data held_out_photos
    python -m training.compare training/reference runs/mine --synthetic 500 --html compare.html
    python -m training.compare mobile_export/reference bundle --json -

OLD and NEW are bundles (their ExecuTorch file grades, as on a phone) or checkpoints. One HTML page without script or
network; it shows photos, so treat it as you treat them. Status 0 when it is written.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from training.arguments import COUNT, SEED
from training.attributes import ATTRIBUTES
from training.checkpoint import CheckpointError
from training.compare.moves import moves
from training.compare.page import Compared, page
from training.datasets import DataError, photo_set
from training.graders import BundleGrader, CheckpointGrader, Grader
from training.inspect.counts import legible
from training.photo_set import PhotoSet, render_set
from training.saving import check_target


def parser() -> argparse.ArgumentParser:
    """The command line."""
    p = argparse.ArgumentParser(
        "python -m training.compare", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    p.add_argument("old", type=Path, metavar="OLD", help="bundle or checkpoint that people have")
    p.add_argument("new", type=Path, metavar="NEW", help="bundle or checkpoint that they would get")
    photos = p.add_mutually_exclusive_group()
    photos.add_argument("--data", type=Path, metavar="DIR", help="labelled photos that neither learned from")
    photos.add_argument("--synthetic", type=COUNT, default=500, metavar="N", help="photos to render (default 500)")
    p.add_argument("--seed", type=SEED, default=4242, help="of the rendered photos and the intervals (default 4242)")
    p.add_argument("--html", type=Path, default=Path("compare.html"), help="the page (default compare.html)")
    p.add_argument("--json", help="write the figures as one JSON object to this file; - is stdout")
    return p


def main(argv: Sequence[str] | None = None) -> int:
    """Grade, compare, write the page; 0 when it is written, 2 with a sentence when it could not be."""
    args = parser().parse_args(argv)
    try:
        check_target(args.json, args.html)
        found = compared(args)
        args.html.write_text(legible(page(found)), "utf-8")
    except (CheckpointError, DataError, OSError) as error:
        print(f"training.compare: {legible(str(error))}", file=sys.stderr)
        return 2
    show(found, args)
    return 0


def compared(args: argparse.Namespace) -> Compared:
    """Both models' answers on the photos asked for. Raises `CheckpointError` or `DataError`."""
    old, new = grader_of(args.old), grader_of(args.new)
    if old.size != new.size:
        raise CheckpointError(f"{args.old} takes photos of {old.size} px, {args.new} of {new.size}: nothing to compare")
    photos, source = read_photos(args, old.size)
    answers = old.grade(photos.images), new.grade(photos.images)
    figures = moves(*answers, old.decoding, photos, args.seed)
    return Compared((old.name, new.name), answers, photos, source, figures)


def grader_of(folder: Path) -> Grader:
    """What grades with the bundle or checkpoint in a folder. Raises `CheckpointError`."""
    return (BundleGrader if (folder / "bundle.json").is_file() else CheckpointGrader).open(folder)


def read_photos(args: argparse.Namespace, size: int) -> tuple[PhotoSet, str]:
    """The photos, and what they are."""
    if args.data:
        return photo_set(args.data, size), f"photos in {args.data}"
    return render_set(args.synthetic, size, args.seed), f"photos of synthetic skin, seed {args.seed}"


def show(found: Compared, args: argparse.Namespace) -> None:
    """A table for people, or one JSON object where asked."""
    old, new = found.names
    text = legible(json.dumps({"old": old, "new": new, **found.figures, "files": [str(args.html)]}, ensure_ascii=False))
    if args.json == "-":
        print(text)
        return
    if args.json:
        Path(args.json).write_text(text + "\n", "utf-8")
    print(legible(f"{old} -> {new}, {len(found.photos)} {found.source}\n"))
    print(f"{'attribute':14}{'same grade':>11}{'within one':>11}{'bias':>8}{'95 % interval':>18}{'mean move':>10}")
    for one in ATTRIBUTES:
        each = found.figures["attributes"][one.key]
        low, high = each["ci95"]
        figures = f"{each['grades_equal']:>11.1%}{each['grades_within_one']:>11.1%}{each['expected_bias']:>8.3f}"
        print(f"{one.key:14}{figures}{f'{low:.3f} .. {high:.3f}':>18}{each['expected_mae']:>10.3f}")
    print(f"\nwritten: {args.html}")


if __name__ == "__main__":
    sys.exit(main())
