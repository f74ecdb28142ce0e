"""Take a newer model through the operator's channel: prove it, switch to it whole, keep the previous one.

Channel (signature, expiry, sequence, rollout) -> description (hash, signature, sequence) -> room on the disk -> files
(size and hash while they stream, resumed where they broke off) -> golden photos -> switch. Whatever fails before the
switch leaves the model in use as it is.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Any

from .bundle import Bundle, BundleError, described, open_bundle, phone_file
from .channel import KEEP, WAIT, Channel, Device, UpdateRefused, decide, read_channel
from .download import fetch_part, insist_on_room
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
    channel = _channel(models, server)
    current = _in_use(models)  # before what the channel withdraws gives way to an older one
    decision = decide(channel, _device(models, current), now or datetime.now(UTC))
    models.accept(channel.sequence, channel.revoked)
    if current and decision == KEEP:
        return Outcome(False, f"{_named(current.data)} is what the channel names")
    if decision == WAIT:
        return Outcome(False, f"a new model reaches {channel.rollout_pct} of 100 installs so far, and not this one yet")
    raw, signature = _signed(server, f"/v1/models/bundles/{channel.bundle_sha256}")
    data = chosen(raw, signature, channel, current.data if current else None, models.trusted_keys)
    _obtain(models, server, channel.bundle_sha256, raw, signature, data)
    models.switch(channel.bundle_sha256)
    return Outcome(True, f"{_named(data)} is in use now" + (f" instead of {_named(current.data)}" if current else ""))


def _channel(models: Models, server: Server) -> Channel:
    try:
        return read_channel(*_signed(server, "/v1/models/channel"), models.trusted_keys)
    except BundleError:  # perhaps a newer one was published between the two requests
        return read_channel(*_signed(server, "/v1/models/channel"), models.trusted_keys)


def _device(models: Models, current: Bundle | None) -> Device:
    in_use = current.sha256 if current else None
    return Device(CHANNEL, APP_VERSION, models.seen, models.revoked, models.install_id, in_use)


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
    raise UpdateRefused("not-held", "the server does not hold the model that its channel names: try again later")


def chosen(
    raw: bytes, signature: bytes, channel: Channel, current: dict[str, Any] | None, trusted_keys: Path
) -> dict[str, Any]:
    """The description of the bundle that the channel means, if it is newer than `current`, or a rollback."""
    if sha256(raw).hexdigest() != channel.bundle_sha256:
        raise UpdateRefused("other-bundle", "the server sent another model than its channel names")
    data = described(raw, signature, trusted_keys)
    if current and data["sequence"] <= current["sequence"] and not channel.rollback:
        raise UpdateRefused(
            "not-newer",
            f"{_named(data)} is not newer than {_named(current)}, and the channel does not say that it goes back",
        )
    for part in parts_of(data):
        if PurePosixPath(part["path"]).is_absolute() or ".." in PurePosixPath(part["path"]).parts:
            raise UpdateRefused("outside", f"the bundle names a file outside itself: {part['path']}")
    return data


def parts_of(data: dict[str, Any]) -> list[dict[str, Any]]:
    """What this client needs of a bundle: its model file and the golden photos."""
    return [*phone_file(data)["parts"], data["golden"]]


def _obtain(models: Models, server: Server, name: str, raw: bytes, signature: bytes, data: dict[str, Any]) -> None:
    """The whole bundle on this device, proved on its golden photos; one that was kept is not fetched again."""
    kept = models.held(name)
    folder = models.folder / name if kept else models.unfinished(name)
    insist_on_room(folder, parts_of(data))
    for part in parts_of(data):
        fetch_part(server, folder, part)
    write_atomically(folder / "bundle.json", raw)
    write_atomically(folder / "bundle.sig", signature)
    self_test(open_bundle(folder, models.trusted_keys), (folder / data["golden"]["path"]).read_bytes())


def _named(data: dict[str, Any]) -> str:
    return f"model {data['version']} (sequence {data['sequence']})"
