"""Which bundle this client runs: the one that came with it, or a newer one under `home`/models.

The choice is one row of the local database, so switching happens whole or not at all. Whatever is missing or damaged,
an older bundle takes over: the previous one, then the one that came with the client.
"""

import json
import os
import secrets
import shutil
from pathlib import Path

from .bundle import TRUSTED_KEYS, Bundle, BundleError, open_bundle
from .store import Store


class Models:
    """The bundles on this device; what was decided about them lives in the store's settings."""

    def __init__(self, shipped: Path, home: Path, store: Store, trusted_keys: Path = TRUSTED_KEYS) -> None:
        self.shipped, self.folder, self.store, self.trusted_keys = shipped, home / "models", store, trusted_keys

    def open(self) -> Bundle:
        """The bundle in use. Raises `BundleError` when not even the shipped one can be used."""
        installed = self._installed()
        if installed is None:
            return open_bundle(self.shipped, self.trusted_keys)
        try:
            shipped = open_bundle(self.shipped, self.trusted_keys)
        except BundleError:
            return installed
        known = self.store.setting("model_shipped") == shipped.sha256 or shipped.sha256 in self.revoked
        return shipped if not known and shipped.data["sequence"] > installed.data["sequence"] else installed

    def _installed(self, but: str | None = None) -> Bundle | None:
        for setting in ("model", "model_previous"):
            sha256 = self.store.setting(setting)
            if sha256 and sha256 != but and sha256 not in self.revoked and (bundle := self.held(sha256)):
                return bundle
        return None

    def held(self, sha256: str) -> Bundle | None:
        """The downloaded bundle with this hash, if it is whole."""
        try:
            bundle = open_bundle(self.folder / sha256, self.trusted_keys)
        except BundleError:
            return None
        return bundle if bundle.sha256 == sha256 else None

    @property
    def seen(self) -> int:
        """The highest channel sequence that was accepted."""
        return int(self.store.setting("channel_sequence") or 0)

    @property
    def revoked(self) -> frozenset[str]:
        """Bundles that an accepted channel withdrew."""
        return frozenset(json.loads(self.store.setting("models_revoked") or "[]"))

    @property
    def install_id(self) -> str:
        """A random name of this install; it never leaves the device."""
        if self.store.setting("install_id") is None:
            self.store.set("install_id", secrets.token_hex(16))
        return self.store.setting("install_id") or ""

    def accept(self, sequence: int, revoked: frozenset[str]) -> None:
        """Remember a channel: no older one is followed from now on, and what it withdraws is not used again."""
        with self.store.transaction():
            self.store.set("channel_sequence", str(sequence))
            self.store.set("models_revoked", json.dumps(sorted(self.revoked | revoked)))

    def unfinished(self, sha256: str) -> Path:
        """Where a bundle is put together; what an interrupted download left there is used again."""
        return self.folder / f".{sha256}"

    def switch(self, sha256: str) -> None:
        """Use the bundle that was put together; of those installed the one used until now stays as the previous one."""
        previous = self._installed(but=sha256)
        if self.unfinished(sha256).exists():
            shutil.rmtree(self.folder / sha256, ignore_errors=True)  # a damaged one, or it would not be replaced
            os.replace(self.unfinished(sha256), self.folder / sha256)
        with self.store.transaction():
            self.store.set("model_previous", previous.sha256 if previous else None)
            self.store.set("model", sha256)
            self.store.set("model_shipped", self._shipped_sha256())
        kept = {self.store.setting("model"), self.store.setting("model_previous")}
        for other in self.folder.iterdir():
            if other.name not in kept:
                shutil.rmtree(other, ignore_errors=True)

    def _shipped_sha256(self) -> str | None:
        try:
            return open_bundle(self.shipped, self.trusted_keys).sha256
        except BundleError:
            return None
