"""How files are written: whole or not at all, and where that fails, in one sentence."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


class RunError(RuntimeError):
    """A run cannot go on, or cannot be kept; the text says what to do."""


def check_target(*targets: str | Path | None) -> None:
    """Raises OSError where no file could be written at one of `targets` (- is stdout): call it before the work."""
    for target in targets:
        if target and target != "-" and (Path(target).is_dir() or not Path(target).parent.is_dir()):
            raise OSError(f"{target} cannot be written: name a file in a folder that exists")


@contextmanager
def saving(path: Path, left: str, *also: type[Exception]) -> Iterator[None]:
    """Raises `RunError` for OSError, and for the errors in `also` by which a library reports the same.

    `left` says what the reader still has.
    """
    reported: tuple[type[Exception], ...] = (OSError, *also)
    try:
        yield
    except reported as error:
        raise RunError(f"{path} could not be saved ({error}): free some space; {left}") from error


@contextmanager
def replacing(path: Path, left: str, *also: type[Exception]) -> Iterator[Path]:
    """Where to write what takes the place of `path` at the end; raises as `saving`, and what was there stays."""
    unfinished = path.with_name(f"{path.name}.part")
    try:
        with saving(path, left, *also):
            path.parent.mkdir(parents=True, exist_ok=True)
            yield unfinished
            os.replace(unfinished, path)
    finally:
        with suppress(OSError):
            unfinished.unlink()
