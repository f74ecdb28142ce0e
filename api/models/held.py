"""The bundles that this server holds, and the channel that says which one apps should take.

MODEL_DIR is a store that `python -m api.models publish` fills, where each folder appears whole or not at all:

    bundles/SHA256/    one bundle; the empty file `withdrawn` in it ends its delivery
    channels/N/        channel.json and channel.sig of sequence N; the highest one is in force

An exported folder, with its bundle at the top and older ones under previous/, is served as it lies.
"""

import hashlib
import json
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import current_app

from api.problems import Problem

BUNDLES, CHANNELS, WITHDRAWN = "bundles", "channels", "withdrawn"
DESCRIPTION, SIGNATURE = "bundle.json", "bundle.sig"
CHANNEL, CHANNEL_SIGNATURE = "channel.json", "channel.sig"
NAMED = ("name", "version", "sequence")  # what tells models apart
LAYOUTS = (DESCRIPTION, f"previous/*/{DESCRIPTION}", f"{BUNDLES}/*/{DESCRIPTION}")


@dataclass(frozen=True)
class Bundle:
    """One bundle: its bytes' hash, its content, and where each part lies by hash."""

    folder: Path
    sha256: str
    data: dict[str, Any]
    parts: dict[str, Path]

    @property
    def named(self) -> dict[str, Any]:
        """Name, version and sequence, as records carry them."""
        return {key: self.data[key] for key in NAMED}

    @property
    def withdrawn(self) -> bool:
        """Whether the operator ended its delivery; what it once graded is still understood."""
        return (self.folder / WITHDRAWN).exists()


def held(store: Path) -> list[Bundle]:
    """Every bundle, the newest first."""
    found = []
    for described in (path for layout in LAYOUTS for path in store.glob(layout)):
        with suppress(OSError, ValueError, LookupError, TypeError):
            found.append(_read(described, described.stat().st_mtime_ns))
    return sorted(found, key=lambda bundle: bundle.data["sequence"], reverse=True)


@lru_cache(maxsize=64)
def _read(described: Path, _changed: int) -> Bundle:
    raw, folder = described.read_bytes(), described.parent
    data = json.loads(raw)
    data["sequence"], golden = int(data["sequence"]), data["golden"]
    parts = {part["sha256"]: folder / part["path"] for file in data["files"] for part in file["parts"]}
    return Bundle(folder, hashlib.sha256(raw).hexdigest(), data, parts | {golden["sha256"]: folder / golden["path"]})


def offered(store: Path) -> list[Bundle]:
    """The bundles that apps may fetch, the newest first."""
    return [bundle for bundle in held(store) if not bundle.withdrawn]


def current(store: Path) -> Bundle:
    """The bundle that the channel names, or else the newest; the server explains with it. Raises `LookupError`."""
    bundles = offered(store)
    if not bundles:
        raise LookupError(f"{store} holds no bundle: python -m api.models publish BUNDLE")
    named = (channel(store) or {}).get("bundle_sha256")
    return next((bundle for bundle in bundles if bundle.sha256 == named), bundles[0])


def channel_folder(store: Path) -> Path:
    """Where the channel in force lies, or would lie."""
    numbered = [path for path in store.glob(f"{CHANNELS}/*") if path.name.isdecimal()]
    return max(numbered, key=lambda path: int(path.name), default=store)


def channel(store: Path) -> dict[str, Any] | None:
    """What the channel in force says; it was proven when it was published."""
    with suppress(OSError, ValueError):
        return json.loads((channel_folder(store) / CHANNEL).read_bytes())
    return None


def current_bundle() -> Bundle:
    """The current bundle of the application that answers. Raises the problem `busy` when there is none."""
    try:
        return current(model_dir())
    except LookupError:
        raise Problem("busy", "the operator has not published a model yet") from None


def graded_parts(model: dict[str, Any]) -> dict[str, list[int]] | None:
    """The parts that a record's model learned, per attribute; None when its bundle is not on this server."""
    found = (bundle for bundle in held(model_dir()) if bundle.named == model)
    return next((bundle.data.get("graded_parts") for bundle in found), None)


def graded_by_another(file_sha256: str, model: dict[str, Any] | None) -> dict[str, Any]:
    """What an explanation by `model`, if it says so, tells about a score that the file with this hash gave."""
    by = next((bundle.named for bundle in held(model_dir()) if file_sha256 in bundle.parts), None)
    if by and by == model:
        return {"score_by_another_model": False, "score_model": by}
    label = f"the score is by {_spoken(by)}, these maps explain {_spoken(model)}"
    return {"score_by_another_model": True, "score_model": by, "label": label}


def _spoken(model: dict[str, Any] | None) -> str:
    return "{name} {version}".format_map(model) if model else "a model that is not on this server"


def model_dir() -> Path:
    """MODEL_DIR of the application that answers this request."""
    return current_app.extensions["skinscore"].model_dir
