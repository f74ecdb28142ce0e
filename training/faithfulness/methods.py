"""Five ways to explain the same grader on the same photos: a picture to look at, and energy in mask beside chance.

    python -m training.faithfulness.methods --checkpoint training/reference --synthetic 100 --picture methods.png

Energy is that of `training.faithfulness.energy`, averaged over photos that show the sign at degree 2 to 4, so an even
map scores 1; a perfect map of the same cells and a Gaussian in the middle stand beside it. EigenCAM knows no
attribute, so its row tells what the place of a sign is worth without one.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from training.arguments import COUNT, SEED
from training.arguments import picture as picture_file
from training.attributes import ATTRIBUTES, KEYS
from training.calibrate import heatmap_scale
from training.cam_methods import METHODS, CamMethods
from training.checkpoint import CheckpointError, load
from training.faithfulness.energy import energy_in_mask
from training.faithfulness.figures import JUDGED
from training.faithfulness.places import JUDGED_DEGREES, Places, every_attribute
from training.heat_maps import HeatMaps
from training.model import SkinNet
from training.photo_set import PhotoSet, render_set
from training.saving import check_target

CLOSED = "gradcam"
SIDE, GAP = 224, 4  # px
UP, DOWN, OPAQUE = (0xE6, 0x61, 0x00), (0x5D, 0x3A, 0x9B), 0.75


def main(argv: Sequence[str] | None = None) -> int:
    """Print the table, write the picture; 2 with a sentence when that cannot be."""
    p = argparse.ArgumentParser(
        "python -m training.faithfulness.methods",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    p.add_argument("--checkpoint", type=Path, default=Path("training/reference"), help="checkpoint folder")
    p.add_argument("--synthetic", type=COUNT, default=100, metavar="N", help="photos to render (default 100)")
    p.add_argument("--seed", type=SEED, default=4242)
    p.add_argument("--picture", type=picture_file, help="write one photo under every method to this file")
    p.add_argument("--json", help="write the figures as one JSON object to this file; - is stdout")
    args = p.parse_args(argv)
    try:
        check_target(args.json, args.picture)
        compare(args)
    except (CheckpointError, OSError) as error:
        print(f"training.faithfulness.methods: {error}", file=sys.stderr)
        return 2
    return 0


def compare(args: argparse.Namespace) -> None:
    """Print and write what was asked for. Raises `CheckpointError`, or OSError where a file cannot be written."""
    loaded = load(args.checkpoint)
    photos = render_set(args.synthetic, loaded.size, args.seed)
    maps = maps_by_method(loaded.net, photos)
    figures = {name: every_attribute(_energy, found, photos.cells, photos.clean) for name, found in maps.items()}
    print(json.dumps(figures) if args.json == "-" else table(figures))
    if args.json and args.json != "-":
        Path(args.json).write_text(json.dumps(figures))
    if args.picture:
        picture(photos, maps).save(args.picture)


def maps_by_method(net: SkinNet, photos: PhotoSet) -> dict[str, NDArray[np.float64]]:
    """Maps (N,5,h,w) of all photos under each method, all from one pass."""
    heat, images = HeatMaps(net), list(photos.images)
    methods, features = CamMethods(heat.directions), list(heat.features_of(images))
    found = {name: np.concatenate([methods.maps(name, block) for block in features]) for name in METHODS}
    return {CLOSED: heat.of(images).astype(np.float64)} | {name: f.astype(np.float64) for name, f in found.items()}


def _energy(where: Places) -> dict[str, Any]:
    judged = where.take(np.isin(where.degrees, JUDGED_DEGREES))
    pairs = {"ratio": judged.maps, "ratio_perfect": judged.perfect, "ratio_centre": judged.centre}
    means = {name: float(np.nanmean(energy_in_mask(maps, judged.masks))) for name, maps in pairs.items()}
    return means | {"n": len(judged.maps), "chance": 1.0}


def table(figures: dict[str, Any]) -> str:
    """Energy in mask in multiples of chance: methods down, attributes across."""
    lines = [f"{'energy in mask':16}" + "".join(f"{key:>14}" for key in KEYS)]
    for name, row in figures.items():
        lines.append(f"{name:16}" + "".join(f"{row[key]['ratio']:14.2f}" for key in KEYS))
    any_method = figures[CLOSED]
    for name, of in (("a perfect map", "ratio_perfect"), ("the centre", "ratio_centre"), ("chance", "chance")):
        lines.append(f"{name:16}" + "".join(f"{any_method[key][of]:14.2f}" for key in KEYS))
    return "\n".join(lines)


def picture(photos: PhotoSet, maps: dict[str, NDArray[np.float64]]) -> Image.Image:
    """A row for each sign with a place: a photo that shows it strongly, where it is, and every method's layer on it."""
    rows = []
    for key in JUDGED:
        a = KEYS.index(key)
        number = int(np.argmax(photos.clean[:, a] * 100 + photos.cells[..., a].astype(float).std((1, 2))))
        photo, truth = photos.images[number], photos.cells[number, ..., a].astype(np.float64)
        layers = [truth / truth.max()]
        layers += [ATTRIBUTES[a].sign * m[number, a] / heatmap_scale(m)[a] for m in maps.values()]
        rows.append(np.concatenate([_framed(photo), *(_framed(_laid(photo, one)) for one in layers)], 1))
    return Image.fromarray(np.concatenate(rows))


def _laid(photo: NDArray[np.uint8], share: NDArray[np.float64]) -> NDArray[np.uint8]:
    """A photo under a layer; `share` is of the magnitude that is drawn most opaque."""
    grown = Image.fromarray(share.astype(np.float32)).resize(photo.shape[1::-1], Image.Resampling.BICUBIC)
    signed = np.asarray(grown)[..., None]
    strength = np.abs(signed).clip(0, 1) * OPAQUE
    return np.round(photo * (1 - strength) + np.where(signed > 0, UP, DOWN) * strength).astype(np.uint8)


def _framed(photo: NDArray[np.uint8]) -> NDArray[np.uint8]:
    shown = np.asarray(Image.fromarray(photo).resize((SIDE, SIDE)))
    return np.pad(shown, ((GAP, GAP), (GAP, GAP), (0, 0)), constant_values=255)


if __name__ == "__main__":
    sys.exit(main())
