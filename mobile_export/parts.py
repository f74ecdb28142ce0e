"""The parts that a bundle lists, and whether a folder holds exactly those bytes."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any


class BundleError(ValueError):
    """A folder without a bundle that can be used; the text says what to do."""


def read_bundle(folder: Path) -> tuple[bytes, dict[str, Any]]:
    """The exact bytes of bundle.json and its content. Raises `BundleError`."""
    try:
        raw = (folder / "bundle.json").read_bytes()
        bundle = json.loads(raw)
        list(listed(bundle))
        int(bundle["sequence"])
    except (OSError, ValueError, LookupError, TypeError):
        raise BundleError(f"{folder} holds no readable bundle.json: name the folder of an exported bundle") from None
    return raw, bundle


def listed(bundle: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Path, size and SHA-256 of every file that the bundle names."""
    for file in bundle["files"]:
        yield from file["parts"]
    yield bundle["golden"]


def changed(folder: Path, bundle: dict[str, Any]) -> list[str]:
    """One sentence for each listed file that is missing or not as it was signed."""
    return [f"{part['path']} is missing or was changed" for part in listed(bundle) if not _is_whole(folder, part)]


def _is_whole(folder: Path, part: dict[str, Any]) -> bool:
    path = folder / part["path"]
    data = path.read_bytes() if path.is_file() else b""
    return (part.get("bytes"), part.get("sha256")) == (len(data), hashlib.sha256(data).hexdigest())
