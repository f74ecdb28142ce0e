"""Change what lies in MODEL_DIR: each bundle and each channel appears whole or not at all, and is on disk then."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from api.backup import to_disk
from api.models import held
from api.models.errors import NotPublished


@contextmanager
def alone(store: Path) -> Iterator[Path]:
    """A folder on the store's disk to work in, while nobody else changes the store. Raises `NotPublished`.

    What a crash left of an earlier one is swept.
    """
    if (store / held.DESCRIPTION).exists():
        raise NotPublished(
            f"{store} is an exported bundle, which the next export would replace:"
            " set MODEL_DIR to a folder for published ones, such as var/models"
        )
    for folder in (held.BUNDLES, held.CHANNELS):
        (store / folder).mkdir(parents=True, exist_ok=True)
    with (store / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise NotPublished("somebody else publishes at this moment: try again") from None
        for left in store.glob(".publishing-*"):
            shutil.rmtree(left)
        with tempfile.TemporaryDirectory(dir=store, prefix=".publishing-") as scratch:
            yield Path(scratch)


def copied(folder: Path, names: Iterable[str], to: Path) -> Path:
    """Copies of these files of a folder, on disk; one that is missing there is missing here."""
    to.mkdir()
    for name in names:
        if (folder / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(folder / name, to / name)
            to_disk(to / name)
    return to


def same(one: Path, other: Path) -> bool:
    """Whether both files are there and hold the same bytes."""
    return one.is_file() and other.is_file() and one.read_bytes() == other.read_bytes()


def go_live(new: Path, place: Path) -> None:
    """One rename, on disk when this returns."""
    os.replace(new, place)
    to_disk(place)


def withdraw(bundle: held.Bundle) -> None:
    """End the delivery of a bundle; its description stays, so that what it graded is still understood."""
    mark = bundle.folder / held.WITHDRAWN
    mark.touch()
    to_disk(mark)
