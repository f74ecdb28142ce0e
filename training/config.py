"""The settings of a training run: a YAML file gives defaults, flags override, the outcome is saved beside the weights.

Keys of the file are the flags' names with underscores: `learning_rate: 0.001`.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import yaml

from training.arguments import AMOUNT, COUNT, COUNT_OR_NONE, DECAY, PART, PHOTOS_TO_PART, POSITIVE, SEED, SHARE
from training.attributes import KEYS
from training.augmentations import AUGMENTATIONS
from training.backbones import DEFAULT, PRESETS
from training.batches import NONE
from training.losses import LOSSES
from training.normalise import DATASET, PHOTO
from training.recipe import Recipe
from training.saving import replacing
from training.stages import TURNS

RESOLVED = "config.yaml"
SHAPES: dict[str, Callable[[str], float]] = {
    "batch": COUNT,
    "learning_rate": POSITIVE,
    "weight_decay": AMOUNT,
    "warm_up": COUNT_OR_NONE,
    "settle": SHARE,
}
SOURCES = ("data", "synthetic")
ON_SKIN, ON_WHOLE = "crop96:256000,224:20000", "96:30000,128:40000,224:20000"


def parser(prog: str, description: str | None) -> argparse.ArgumentParser:
    """Every setting of a run."""
    # Without abbreviations, so that a misspelt key of a file is an error.
    p = argparse.ArgumentParser(
        prog, description=description, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    p.add_argument("--config", type=Path, help="YAML file of settings; flags override it")
    p.add_argument("--out", type=Path, required=True, help="folder of the run; a run found there is continued")
    _photos(p.add_argument_group("photos"))
    _network(p.add_argument_group("network"))
    _learning(p.add_argument_group("learning"))
    return p


def _photos(g: argparse._ArgumentGroup) -> None:
    source = g.add_mutually_exclusive_group()
    source.add_argument("--data", type=Path, help="folder of labelled photos")
    source.add_argument("--synthetic", type=PHOTOS_TO_PART, default=12_000, help="photos to render (default 12000)")
    g.add_argument("--balanced", action=argparse.BooleanOptionalAction, default=True, help="render every grade equally")
    g.add_argument("--size", type=COUNT, default=224, help="side of the model's input in px (default 224)")
    g.add_argument("--held-out", type=PART, default=1 / 9, help="share of photos kept from training (default 1/9)")
    g.add_argument("--only", choices=KEYS, help="learn this attribute alone")
    g.add_argument("--augmentation", choices=(TURNS, NONE, *AUGMENTATIONS), default=TURNS, help=f"(default {TURNS})")
    g.add_argument("--maps", action=argparse.BooleanOptionalAction, default=True, help="learn from rendered maps too")
    g.add_argument("--sampler", choices=("uniform", "balanced"), default="uniform", help="(default uniform)")


def _network(g: argparse._ArgumentGroup) -> None:
    named = ", ".join(PRESETS)
    g.add_argument("--backbone", default=DEFAULT, help=f"{named}, or a name of timm (default {DEFAULT})")
    g.add_argument(
        "--normalised-by",
        choices=(PHOTO, DATASET),
        default=PHOTO,
        help="mean colour of each photo, or of a data set; with --init as there",
    )
    g.add_argument("--pretrained", default="none", help="hub, none (default), or a file of the backbone's weights")
    g.add_argument("--init", type=Path, help="start from the weights of this checkpoint")
    g.add_argument("--drop-rate", type=DECAY, default=0.1, help="of the head's dropout (default 0.1)")


def _learning(g: argparse._ArgumentGroup) -> None:
    whole = "with --data, --no-maps or another augmentation"
    g.add_argument("--stages", help=f"SIDE:IMAGES,…; cropSIDE cuts windows (default {ON_SKIN}; {whole}: {ON_WHOLE})")
    g.add_argument("--loss", default="ranked", help=f"{', '.join(LOSSES)}; or KEY=LOSS,… per attribute")
    for name, kind in SHAPES.items():
        default = getattr(Recipe, name)
        g.add_argument(f"--{name.replace('_', '-')}", type=kind, default=default, help=f"(default {default})")
    text = "to what is learned least; 0: every label counts alike"
    g.add_argument("--attention", type=AMOUNT, default=Recipe.attention, help=f"{text} (default {Recipe.attention})")
    g.add_argument("--schedule", choices=("cosine", "constant"), default=Recipe.schedule)
    g.add_argument("--averaging", type=DECAY, default=Recipe.averaging, help="decay of the averaged weights; 0: none")
    g.add_argument("--clip", type=POSITIVE, default=Recipe.clip, help="largest norm of the gradient")
    g.add_argument("--precision", choices=("fp32", "bf16"), default=Recipe.precision, help="bf16 helps on a GPU")
    g.add_argument(
        "--workers", type=COUNT_OR_NONE, help="processes that make batches (default: none; beside a GPU, up to 8)"
    )
    g.add_argument("--every", type=COUNT, default=400, help="steps between validations (default 400)")
    g.add_argument("--save-every", type=COUNT, default=100, help="steps between saves (default 100)")
    g.add_argument(
        "--patience", type=COUNT_OR_NONE, default=0, help="stop after so many validations without a better score"
    )
    g.add_argument("--select", choices=("p_recall", "accuracy"), default="p_recall", help="what the best is best by")
    g.add_argument("--seed", type=SEED, default=1)
    g.add_argument("--mlflow", action="store_true", help="log to MLflow too (pip install mlflow)")


def resolve(p: argparse.ArgumentParser, argv: Sequence[str] | None) -> argparse.Namespace:
    """Flags over the file over defaults; ends with status 2 and a sentence when one of them is no good."""
    given = list(sys.argv[1:] if argv is None else argv)
    finder = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    for name in ("config", *SOURCES):
        finder.add_argument(f"--{name}", type=Path)
    found = finder.parse_known_args(given)[0]
    values = _read(p, found.config) if found.config else {}
    if found.data or found.synthetic:
        values = _without_source(values)
    flags = [word for name, value in values.items() for word in flag(str(name), value)]
    args = p.parse_args([*flags, *given])
    windows = args.maps and not args.data and args.augmentation == TURNS
    args.stages = args.stages or (ON_SKIN if windows else ON_WHOLE)
    return args


def _without_source(values: dict[str, Any]) -> dict[str, Any]:
    """A file's settings for photos from elsewhere: without the stages that were chosen only for where its own are."""
    dropped = {*SOURCES, *(["stages"] if values.get("stages") in (ON_SKIN, ON_WHOLE) else [])}
    return {name: value for name, value in values.items() if name not in dropped}


def _read(p: argparse.ArgumentParser, path: Path) -> dict[str, Any]:
    try:
        values = yaml.safe_load(path.read_text("utf-8")) or {}
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        p.error(f"{path} cannot be read as YAML: {error}")
    if not isinstance(values, dict):
        p.error(f"{path} holds no lines of the form `learning_rate: 0.001`")
    return values


def flag(name: str, value: Any) -> list[str]:
    """A setting as the flag that gives it; none where it is not set."""
    dashed = name.replace("_", "-")
    if value is None or value is False and name == "mlflow":
        return []
    if isinstance(value, bool):
        return [f"--{dashed}" if value else f"--no-{dashed}"]
    return [f"--{dashed}={value}"]


def save(args: argparse.Namespace) -> None:
    """Write the resolved settings into the run's folder, in a form that `--config` reads. Raises `RunError`."""
    values = {k: str(v) if isinstance(v, Path) else v for k, v in vars(args).items() if k not in ("config", "out")}
    if args.data:
        del values["synthetic"]
    with replacing(args.out / RESOLVED, "no step was taken") as unfinished:
        unfinished.write_text(yaml.safe_dump(values, sort_keys=False), "utf-8")


def read(folder: Path) -> dict[str, Any]:
    """The resolved settings of a run; empty where they are missing or damaged."""
    try:
        found = yaml.safe_load((folder / RESOLVED).read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return {}
    return found if isinstance(found, dict) else {}
