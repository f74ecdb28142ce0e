"""Render synthetic skin.

python -m training.phantom --out skin --count 200                     # a labelled folder: JPEG beside JSON
python -m training.phantom --out skin --count 200 --seed-layout --masks   # labels by face part, priors, truth as PNG
python -m training.phantom --out photo.png --one --seed 7 --grades oil=3,wrinkle=2
python -m training.phantom --out sheet.png --sheet                    # every attribute and grade, and the tones
"""

import argparse
import sys
from argparse import ArgumentTypeError
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from training.arguments import COUNT, SEED, picture
from training.attributes import GRADES, KEYS
from training.phantom.fields import REFERENCE_SIDE
from training.phantom.photo import TONES, render
from training.photo_set import plan_grades
from training.synthetic_folder import FolderPlan, ceiling_text, write_folder

MIDDLING = {"oil": 1, "hydration": 3, "wrinkle": 1, "pigmentation": 1, "sensitivity": 1}


def main(argv: Sequence[str] | None = None) -> int:
    """Render one photo, a sheet or a folder; 2 with a sentence on bad options."""
    p = argparse.ArgumentParser(
        "python -m training.phantom", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    p.add_argument("--out", type=Path, required=True)
    what = p.add_mutually_exclusive_group()
    what.add_argument("--one", action="store_true", help="one photo")
    what.add_argument("--sheet", action="store_true", help="five attributes by five grades, and the tones")
    p.add_argument("--count", type=COUNT, default=100, help="photos in the folder (default 100)")
    p.add_argument("--seed", type=SEED, default=1)
    p.add_argument("--side", type=COUNT, help="px (default 256; 768 with --one)")
    p.add_argument("--grades", type=parse_grades, default={}, help="for --one, KEY=GRADE,… (others are middling)")
    p.add_argument("--tone", type=int, choices=range(len(TONES)), help="for --one, 0 very light .. 5 dark")
    p.add_argument("--balanced", action=argparse.BooleanOptionalAction, help="every grade equally often (default)")
    p.add_argument(
        "--seed-layout", action="store_true", help="names, parts, missing labels and grade shares of the seed"
    )
    p.add_argument("--masks", action="store_true", help="also write each attribute's map: NAME.KEY.png in OUT/masks")
    args = p.parse_args(argv)
    try:
        args.out.parent.mkdir(parents=True, exist_ok=True)
        draw(args)
    except (ArgumentTypeError, OSError) as error:
        print(f"training.phantom: --out {error}", file=sys.stderr)
        return 2
    print(f"written: {args.out}", file=sys.stderr)
    return 0


def draw(args: argparse.Namespace) -> None:
    """Write what was asked for. Raises `ArgumentTypeError` or OSError where `args.out` cannot hold it."""
    if args.one:
        file = picture(str(args.out))
        phantom = render(args.seed, 0, MIDDLING | args.grades, args.side or 768, args.tone)
        Image.fromarray(phantom.pixels).save(file)
    elif args.sheet:
        file = picture(str(args.out))
        Image.fromarray(contact_sheet(args.seed, args.side or 256)).save(file)
    else:
        balanced = args.balanced if args.balanced is not None else not args.seed_layout
        wanted = FolderPlan(args.out, args.seed, args.side or REFERENCE_SIDE, args.seed_layout, args.masks)
        labels = write_folder(wanted, plan_grades(args.count, args.seed, balanced))
        print(ceiling_text(labels), file=sys.stderr)


def parse_grades(text: str) -> dict[str, int]:
    """`oil=3,wrinkle=2` -> {"oil": 3, "wrinkle": 2}."""
    grades = {}
    for item in filter(None, text.split(",")):
        key, _, value = item.partition("=")
        if key not in KEYS or value not in map(str, range(GRADES)):
            raise argparse.ArgumentTypeError(f"'{item}': write KEY=GRADE, KEY one of {', '.join(KEYS)}, GRADE 0..4")
        grades[key] = int(value)
    return grades


def contact_sheet(seed: int, side: int) -> np.ndarray:
    """One row per attribute with its grades rising, then one photo on five tones."""
    rows = [[render(seed, 0, MIDDLING | {key: g}, side, tone=1) for g in range(GRADES)] for key in KEYS]
    busy = {"oil": 3, "hydration": 1, "wrinkle": 3, "pigmentation": 3, "sensitivity": 3}
    rows.append([render(seed, 0, busy, side, tone) for tone in (0, 1, 2, 4, 5)])
    return np.vstack([np.hstack([phantom.pixels for phantom in row]) for row in rows])


if __name__ == "__main__":
    sys.exit(main())
