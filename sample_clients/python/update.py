"""Take a newer model through the operator's channel: prove it, switch to it whole, keep the previous one.

Channel (signature, expiry, sequence, rollout) -> description (hash, signature, sequence) -> files (size, hash) ->
golden photos -> switch. Whatever fails before the switch leaves the model in use as it is.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Any

from .bundle import Bundle, BundleError, described, fits, open_bundle, phone_file
from .channel import Channel, UpdateRefused, read_channel, require_current, takes_part
from .files import write_atomically
from .http import Server, ServerError
from .models import Models
from .records import VERSION
from .selftest import self_test

CHANNEL = "stable"
APP_VERSION = tuple(map(int, VERSION.split(".")))


@dataclass(frozen=True)
class Outcome:
    """What came of looking for an update; `taken` when another bundle is in use now."""

    taken: bool
    sentence: str


def update(models: Models, server: Server, now: datetime | None = None) -> Outcome:
    """Look, and take what is offered. Raises `UpdateRefused`, `BundleError`, `ServerError`; the old model stays."""
    channel = read_channel(*_signed(server, "/v1/models/channel"), models.trusted_keys)
    require_current(channel, CHANNEL, models.seen, APP_VERSION, now or datetime.now(UTC))
    if channel.bundle_sha256 in models.revoked | channel.revoked:
        raise UpdateRefused("the channel names a model that was withdrawn")
    current = _in_use(models)  # before what the channel withdraws gives way to an older one
    models.accept(channel.sequence, channel.revoked)
    if current and current.sha256 == channel.bundle_sha256:
        return Outcome(False, f"{_named(current.data)} is what the channel names")
    withdrawn = current is None or current.sha256 in models.revoked
    if not withdrawn and not takes_part(channel, models.install_id):
        return Outcome(False, f"a new model reaches {channel.rollout_pct} of 100 installs so far, and not this one yet")
    raw, signature = _signed(server, f"/v1/models/bundles/{channel.bundle_sha256}")
    data = _chosen(raw, signature, channel, current, models)
    _obtain(models, server, channel.bundle_sha256, raw, signature, data)
    models.switch(channel.bundle_sha256)
    return Outcome(True, f"{_named(data)} is in use now" + (f" instead of {_named(current.data)}" if current else ""))


def _in_use(models: Models) -> Bundle | None:
    try:
        return models.open()
    except BundleError:
        return None


def _signed(server: Server, path: str) -> tuple[bytes, bytes]:
    """Exact bytes and their signature."""
    try:
        return server.fetch(path), server.fetch(f"{path}/signature")
    except ServerError as error:
        if error.slug != "not-found":
            raise
    raise UpdateRefused("the server does not hold the model that its channel names: try again later")


def _chosen(raw: bytes, signature: bytes, channel: Channel, current: Bundle | None, models: Models) -> dict[str, Any]:
    """The description of the bundle that the channel means, if it is newer or a rollback."""
    if sha256(raw).hexdigest() != channel.bundle_sha256:
        raise UpdateRefused("the server sent another model than its channel names")
    data = described(raw, signature, models.trusted_keys)
    if current and data["sequence"] <= current.data["sequence"] and not channel.rollback:
        raise UpdateRefused(
            f"{_named(data)} is not newer than {_named(current.data)}, and the channel does not say that it goes back"
        )
    return data


def _obtain(models: Models, server: Server, name: str, raw: bytes, signature: bytes, data: dict[str, Any]) -> None:
    """The whole bundle on this device, proved on its golden photos; one that was kept is not fetched again."""
    kept = models.held(name)
    folder = models.folder / name if kept else models.unfinished(name)
    parts = [*phone_file(data)["parts"], data["golden"]]
    for part in parts:
        _fetch_part(server, folder, part)
    write_atomically(folder / "bundle.json", raw)
    write_atomically(folder / "bundle.sig", signature)
    self_test(open_bundle(folder, models.trusted_keys), (folder / data["golden"]["path"]).read_bytes())


def _fetch_part(server: Server, folder: Path, part: dict[str, Any]) -> None:
    path = folder / part["path"]
    if PurePosixPath(part["path"]).is_absolute() or ".." in PurePosixPath(part["path"]).parts:
        raise UpdateRefused(f"the bundle names a file outside itself: {part['path']}")
    if path.is_file() and fits(path.read_bytes(), part):
        return
    data = server.fetch(f"/v1/models/files/{part['sha256']}")
    if not fits(data, part):
        raise UpdateRefused(f"{part['path']} arrived damaged: try again")
    write_atomically(path, data)


def _named(data: dict[str, Any]) -> str:
    return f"model {data['version']} (sequence {data['sequence']})"
