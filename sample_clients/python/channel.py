"""The signed channel file: which bundle the operator wants apps to take, from when, until when, how many of them."""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from .bundle import verify

SCHEMA = 1
CLOCK = "%Y-%m-%dT%H:%M:%SZ"


class UpdateRefused(ValueError):
    """An update that is not taken; the text says why. The model in use stays."""


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


def read_channel(raw: bytes, signature: bytes, trusted_keys: Path) -> Channel:
    """Verify and read; fields that this client does not know are left alone. Raises `BundleError`, `UpdateRefused`."""
    verify(raw, signature, trusted_keys, "channel")
    try:
        held = json.loads(raw)
        if held["schema"] == SCHEMA:
            return _parsed(held)
    except (ValueError, LookupError, TypeError, AttributeError):
        pass  # signed, and yet of another form: for a later client
    raise UpdateRefused("the channel has another form than this client reads: update the client")


def _parsed(held: dict[str, Any]) -> Channel:
    return Channel(
        held["channel"],
        held["sequence"],
        datetime.strptime(held["expires_at"], CLOCK).replace(tzinfo=UTC),
        held["bundle_sha256"],
        tuple(map(int, held["min_app"].split("."))),
        held["rollout_pct"],
        held["rollback"],
        frozenset(held["revoked"]),
    )


def require_current(channel: Channel, name: str, seen: int, app: tuple[int, ...], now: datetime) -> None:
    """Raises `UpdateRefused` for a channel that may not be followed (any more)."""
    if channel.channel != name:
        raise UpdateRefused(f"the server offers the channel '{channel.channel}'; this client follows '{name}'")
    if channel.sequence < seen:
        raise UpdateRefused(f"channel {channel.sequence} is older than {seen}, which was seen before")
    if channel.expires_at <= now:
        raise UpdateRefused(f"the channel expired at {channel.expires_at:%Y-%m-%d %H:%M} UTC: its operator renews it")
    if channel.min_app > app:
        raise UpdateRefused(
            f"the new model needs client {'.'.join(map(str, channel.min_app))}: update the client first"
        )


def takes_part(channel: Channel, install_id: str) -> bool:
    """Whether this install is among the first `rollout_pct` of 100: a hash decides, and the server learns nothing.

    The bundle is hashed too, so that every new one has other first takers; raising the share only adds installs.
    """
    digest = hashlib.sha256(f"{install_id}:{channel.bundle_sha256}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % 100 < channel.rollout_pct
