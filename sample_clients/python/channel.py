"""The signed channel file: which bundle the operator wants apps to take, from when, until when, how many of them.

`decide` is a pure function of the channel, the device and the time, so that every client can be held to the same
vectors (`sample_clients/golden/updates.json`).
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from .bundle import Refused, verify
from .form import one_of, parsed, sha256, version_of

CLOCK = "%Y-%m-%dT%H:%M:%SZ"
KEEP, WAIT, TAKE = "keep", "wait", "take"  # what the channel names is in use; not this install's turn yet; fetch it


def _is_moment(value: Any) -> bool:
    try:
        return bool(datetime.strptime(value, CLOCK))
    except (ValueError, TypeError):
        return False


FORM = {
    "schema": one_of(1),
    "channel": str,
    "sequence": int,
    "expires_at": _is_moment,
    "bundle_sha256": sha256,
    "min_app": lambda value: isinstance(value, str) and version_of(value) is not None,
    "rollout_pct": int,
    "rollback": bool,
    "revoked": [str],
}


class UpdateRefused(Refused):
    """An update that is not taken. The model in use stays."""


@dataclass(frozen=True)
class Channel:
    """A channel whose signature holds."""

    channel: str
    sequence: int
    expires_at: datetime
    bundle_sha256: str
    min_app: tuple[int, ...]
    rollout_pct: int
    rollback: bool
    revoked: frozenset[str]


@dataclass(frozen=True)
class Device:
    """What an install knows of itself when it looks at a channel."""

    channel: str  # the one that it follows
    app: tuple[int, ...]  # its version
    seen: int  # the highest channel sequence that it accepted
    revoked: frozenset[str]  # bundles that an accepted channel withdrew
    install_id: str
    in_use: str | None  # hash of its bundle, None where it has none that works


def read_channel(raw: bytes, signature: bytes, trusted_keys: Path) -> Channel:
    """Verify and read; fields that this client does not know are left alone. Raises `BundleError`, `UpdateRefused`."""
    verify(raw, signature, trusted_keys, "channel")
    if (held := parsed(raw, FORM)) is None:  # signed, and yet of another form: for a later client
        raise UpdateRefused("other-form", "the channel has another form than this client reads: update the client")
    return Channel(
        held["channel"],
        held["sequence"],
        datetime.strptime(held["expires_at"], CLOCK).replace(tzinfo=UTC),
        held["bundle_sha256"],
        version_of(held["min_app"]) or (),
        held["rollout_pct"],
        held["rollback"],
        frozenset(held["revoked"]),
    )


def decide(channel: Channel, device: Device, now: datetime) -> str:
    """KEEP, WAIT or TAKE. Raises `UpdateRefused` for a channel that may not be followed (any more)."""
    if channel.channel != device.channel:
        sentence = f"the server offers the channel '{channel.channel}'; this client follows '{device.channel}'"
        raise UpdateRefused("other-channel", sentence)
    if channel.sequence < device.seen:
        sentence = f"channel {channel.sequence} is older than {device.seen}, which was seen before"
        raise UpdateRefused("older-channel", sentence)
    if channel.expires_at <= now:
        until = f"{channel.expires_at:%Y-%m-%d %H:%M} UTC"
        raise UpdateRefused("expired", f"the channel expired at {until}: its operator renews it")
    if channel.min_app > device.app:
        needed = ".".join(map(str, channel.min_app))
        raise UpdateRefused("app-too-old", f"the new model needs client {needed}: update the client first")
    withdrawn = device.revoked | channel.revoked
    if channel.bundle_sha256 in withdrawn:
        raise UpdateRefused("withdrawn", "the channel names a model that was withdrawn")
    if device.in_use == channel.bundle_sha256:
        return KEEP
    has_none = device.in_use is None or device.in_use in withdrawn
    return TAKE if has_none or takes_part(channel, device.install_id) else WAIT


def takes_part(channel: Channel, install_id: str) -> bool:
    """Whether this install is among the first `rollout_pct` of 100; the server learns nothing."""
    return turn(install_id, channel.bundle_sha256) < channel.rollout_pct


def turn(install_id: str, bundle_sha256: str) -> int:
    """When it is this install's turn, 0..99: of SHA-256("INSTALL:BUNDLE") the first 8 bytes, big-endian, modulo 100.

    The bundle is hashed too, so that every new one has other first takers; raising the share only adds installs.
    """
    digest = hashlib.sha256(f"{install_id}:{bundle_sha256}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % 100
