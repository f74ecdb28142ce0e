"""A disk that can be filled and freed: a small tmpfs, where this user may mount one."""

import errno
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class NoMount(RuntimeError):
    """No disk of its own can be had here; the text says why."""


class SmallDisk:
    """A folder on a disk of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder, self._ballast = folder, folder / "ballast"

    def fill(self) -> None:
        """Take all that is left."""
        with self._ballast.open("ab", buffering=0) as file:
            for block in (1 << 20, 1 << 12):
                while _written(file.fileno(), bytes(block)):
                    pass

    def free(self) -> None:
        """Give it back."""
        self._ballast.unlink()


def _written(descriptor: int, data: bytes) -> bool:
    try:
        return os.write(descriptor, data) == len(data)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        return False


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[SmallDisk]:
    """A disk of that size in place of `folder`. Raises `NoMount`."""
    folder.mkdir()
    folder.parent.chmod(0o711)  # PostgreSQL runs as somebody else and has to come through
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=777", "skinscore-test", str(folder)]
    done = subprocess.run(mount, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NoMount(f"a small disk cannot be mounted: {done.stderr.strip()}")
    try:
        yield SmallDisk(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
