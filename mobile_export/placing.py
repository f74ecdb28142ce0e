"""Put a finished bundle in place of what was there, or nothing at all."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def replaceable(out: Path) -> bool:
    """Whether `out` is absent, empty or a bundle: nothing else is ever replaced."""
    return not out.exists() or (out / "bundle.json").is_file() or (out.is_dir() and not any(out.iterdir()))


@contextmanager
def unfinished(out: Path) -> Iterator[Path]:
    """A new folder beside `out` to work in; it is gone afterwards, whatever happened."""
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=f".{out.name}-") as folder:
        yield Path(folder)


def swap(new: Path, place: Path, previous: Path) -> None:
    """Put `new` at `place`; what stood there comes back when that fails."""
    if place.exists():
        os.replace(place, previous)
    try:
        os.replace(new, place)
    except OSError:
        if previous.exists():
            os.replace(previous, place)
        raise
