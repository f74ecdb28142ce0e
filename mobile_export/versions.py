"""Re-export: version and sequence rise, and the bundle that was there before is kept.

Kept inside the new one, as previous/SEQUENCE: the folder that the API serves then still holds every bundle that a
channel may name, so a re-export changes nothing for apps until a channel says so, and going back needs no file moved.
"""

import re
import shutil
from pathlib import Path

from mobile_export import channel
from mobile_export.parts import read_bundle

FIRST = ("0.1.0", 1)
PREVIOUS = "previous"
SEMVER = re.compile(r"\d+\.\d+\.\d+")


class VersionError(ValueError):
    """A version or sequence that cannot be given; the text says what to do."""


def next_release(out: Path, version: str | None, sequence: int | None) -> tuple[str, int]:
    """Version and sequence of the bundle that will stand at `out`. Raises `VersionError`."""
    if version is not None and not SEMVER.fullmatch(version):
        raise VersionError(f"--version {version}: a version has three numbers, as in 1.4.0")
    if not (out / "bundle.json").is_file():
        return version or FIRST[0], FIRST[1] if sequence is None else sequence
    _, before = read_bundle(out)
    if sequence is not None and sequence <= before["sequence"]:
        raise VersionError(f"--sequence {sequence} does not rise above {before['sequence']} of the bundle in {out}")
    return version or _bumped(before["version"]), before["sequence"] + 1 if sequence is None else sequence


def _bumped(version: str) -> str:
    if not SEMVER.fullmatch(version):
        raise VersionError(f"the bundle there has version '{version}', which cannot be counted up: give --version")
    major, minor, patch = version.split(".")
    return f"{major}.{minor}.{int(patch) + 1}"


def keep_previous(old: Path, new: Path) -> None:
    """Copy the bundle `old`, and those that it keeps, into `new`/previous; its channel stays in force beside `new`."""
    if not (old / "bundle.json").is_file():
        return
    _, before = read_bundle(old)
    if (old / PREVIOUS).is_dir():
        shutil.copytree(old / PREVIOUS, new / PREVIOUS)
    besides = shutil.ignore_patterns(PREVIOUS, channel.NAME, channel.SIGNATURE)
    shutil.copytree(old, new / PREVIOUS / str(before["sequence"]), ignore=besides)
    for name in (channel.NAME, channel.SIGNATURE):
        if (old / name).is_file():
            shutil.copyfile(old / name, new / name)
