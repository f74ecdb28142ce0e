"""A folder of models to serve, in which a test publishes bundles and channels signed by the development key."""

import hashlib
import json
import os
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mobile_export.channel import Terms, compose
from mobile_export.signing import DEVELOPMENT_KEY, read_key

REFERENCE = Path(__file__).parents[1] / "mobile_export" / "reference"
MODEL = {key: json.loads((REFERENCE / "bundle.json").read_bytes())[key] for key in ("name", "version", "sequence")}


class ModelFolder:
    """The committed bundle; other ones lie under `previous/`, where the server finds them too."""

    def __init__(self, path: Path) -> None:
        self.path, self.channel = path, None
        self._link(path)

    def publish(self, signed: bool = True, **changes: Any) -> str:
        """A bundle like the committed one but for the changes, not signed anew when asked; its SHA-256."""
        data = json.loads((REFERENCE / "bundle.json").read_bytes()) | changes
        raw = json.dumps(data).encode()
        folder = self.path / "previous" / str(data["sequence"])
        self._link(folder)
        self.replace(folder / "bundle.json", raw)
        if signed:
            self.replace(folder / "bundle.sig", read_key(DEVELOPMENT_KEY).sign(raw).encode())
        return hashlib.sha256(raw).hexdigest()

    def offer(self, sha256: str, revoked: Sequence[str] = (), **terms: Any) -> None:
        """A channel that names this bundle, and withdraws others."""
        made = compose(sha256, self.channel, Terms(**terms), [], datetime.now(UTC))
        self.channel = made | {"revoked": list(revoked)}
        raw = json.dumps(self.channel).encode()
        (self.path / "channel.json").write_bytes(raw)
        (self.path / "channel.sig").write_text(read_key(DEVELOPMENT_KEY).sign(raw))

    def withdraw_all(self) -> None:
        """Serve the committed bundle alone again, without a channel."""
        for description in self.path.glob("previous/*/bundle.json"):
            description.unlink()  # first: a bundle that is named has its files
        shutil.rmtree(self.path / "previous", ignore_errors=True)
        for name in ("channel.json", "channel.sig"):
            (self.path / name).unlink(missing_ok=True)

    def replace(self, path: Path, data: bytes) -> None:
        """Another content for one file."""
        path.unlink()  # a link to the committed file, which stays as it is
        path.write_bytes(data)

    def _link(self, folder: Path) -> None:
        for file in (path for path in REFERENCE.rglob("*") if path.is_file()):
            target = folder / file.relative_to(REFERENCE)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.unlink(missing_ok=True)
            os.symlink(file, target)
