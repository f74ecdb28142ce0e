"""Look closely at labelled photos before learning from them.

    python -m training.inspect my_photos --html photos.html
    python -m training.inspect my_photos --validation held_out_photos --json -

Counts per attribute, grade and part; labels that cannot be used; photos that are corrupt, too small, or there twice
(the same bytes, or the same to the eye); photos and people in both sets; attributes of which nothing can be learned.
Ends with 0 when there is nothing to mend, with 1 when something is listed, with 2 when there was nothing to look at.
"""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from training.datasets import SIZE, DataError, insist
from training.inspect.counts import legible
from training.inspect.findings import Alike, Folder, alike, look
from training.inspect.page import page
from training.inspect.record import as_record, as_text
from training.saving import check_target


def parser() -> argparse.ArgumentParser:
    """The command line."""
    p = argparse.ArgumentParser(
        "python -m training.inspect", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    p.add_argument("folder", type=Path, help="folder of labelled photos, or one CSV")
    p.add_argument("--validation", type=Path, help="the held-out photos: nothing of the folder may be in there")
    p.add_argument("--size", type=int, default=SIZE, help=f"input side that photos must reach (default {SIZE} px)")
    p.add_argument("--html", type=Path, help="write a page for people to this file")
    p.add_argument("--json", help="write what was found as one JSON object to this file; - is stdout")
    return p


def main(argv: Sequence[str] | None = None) -> int:
    """Print what was found; 0 when nothing is to mend, 1 when something is, 2 when there was nothing to look at."""
    args = parser().parse_args(argv)
    try:
        check_target(args.html, args.json)
        training = look(args.folder, args.size)
        validation = look(args.validation, args.size) if args.validation else None
        found = alike(training, validation)
        if args.html:
            args.html.write_text(legible(page(training, validation, found)), "utf-8")
        show(training, validation, found, args.json)
        for folder in filter(None, (training, validation)):
            insist(folder.root, folder.labelled, folder.reading.photos)
    except (DataError, OSError) as error:
        print(f"training.inspect: {error}", file=sys.stderr)
        return 2
    return 1 if found or training.reading.problems or (validation and validation.reading.problems) else 0


def show(training: Folder, validation: Folder | None, found: list[Alike], target: str | None) -> None:
    """Text for people, or one JSON object where asked."""
    record = legible(json.dumps(as_record(training, validation, found), ensure_ascii=False))
    if target != "-":
        print(legible(as_text(training, validation, found)))
    if target:
        write: Callable[[str], object] = print if target == "-" else partial(Path(target).write_text, encoding="utf-8")
        write(record)


if __name__ == "__main__":
    sys.exit(main())
