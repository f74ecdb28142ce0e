"""Whether a run that is found in its folder may go on under the settings given now.

Another seed, folder or photo is another split: photos that were held out would be learned from, and the run would be
judged on photos that it learned. Another loss or network is another run. A saved state overrides the weight decay. Its
pace may change, since that is the remedy where a run diverges.
"""

import argparse
from pathlib import Path
from typing import Any

from training import config
from training.run_folder import LAST
from training.saving import RunError

PACE = {"stages", "learning_rate", "schedule", "warm_up", "averaging", "clip", "settle", "precision"}
COURSE = {"workers", "every", "save_every", "patience", "mlflow"}


def insist_on_same(args: argparse.Namespace) -> None:
    """Raises `RunError` where the run in `args.out` was begun with other settings than of its pace and course.

    A setting that the run's record does not hold, as another version wrote it, is not judged.
    """
    if not (args.out / LAST).exists():
        return
    begun = config.read(args.out)
    judged = [name for name in vars(args) if name in begun and name not in PACE | COURSE]
    if changed := [name for name in judged if not _same(begun[name], getattr(args, name))]:
        flags = [" ".join(config.flag(name, begun[name])) or f"no --{name.replace('_', '-')}" for name in changed]
        raise RunError(f"the run in {args.out} was begun with {', '.join(flags)}: give that again, or another --out")


def insist_on_same_photos(folder: Path, begun: str, now: str) -> None:
    """Raises `RunError` where the run in `folder` began with photos of another digest (`Batches.digest`).

    Another set is parted in another way, so that what was held out would be learned; other labels are another run.
    """
    if begun != now:
        raise RunError(
            f"the photos, people or labels of the run in {folder} are not those that it began with: put them back as"
            " they were, or give another --out"
        )


def _same(begun: Any, now: Any) -> bool:
    if begun is not None and isinstance(now, Path):
        return Path(begun).resolve() == now.resolve()
    return begun == now
