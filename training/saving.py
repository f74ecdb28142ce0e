"""How the files of a run are written: whole or not at all, and a full disk is one sentence."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


class RunError(RuntimeError):
    """A run's folder cannot be read or written; the text says what to do."""


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
