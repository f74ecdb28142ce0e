"""The channel file: which bundle apps should take. Composed, written and verified here; no torch.

Unlike a bundle it expires, and its sequence rises with every new one, so that nobody can send apps back to an older
choice. Going back to an older bundle is a new channel that says `rollback`.
"""

import hashlib
import json
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from mobile_export.signing import SignatureError, SigningKey, verify

SCHEMA = 1
NAME, SIGNATURE = "channel.json", "channel.sig"
CLOCK = "%Y-%m-%dT%H:%M:%SZ"
SHA256 = re.compile(r"[0-9a-f]{64}")


class ChannelError(ValueError):
    """A channel that must not be made; the text says what to do."""


@dataclass(frozen=True)
class Terms:
    """What the operator decides."""

    channel: str = "stable"
    sequence: int | None = None  # one more than the last one's
    expires_days: float = 14
    min_app: str = "0.0.0"
    rollout_pct: int = 100
    rollback: bool = False


def compose(
    sha256: str, previous: Mapping[str, Any] | None, terms: Terms, revoked: Iterable[str], now: datetime
) -> dict[str, Any]:
    """The content of channel.json. What was revoked once stays revoked. Raises `ChannelError`."""
    last = previous["sequence"] if previous else 0
    sequence = last + 1 if terms.sequence is None else terms.sequence
    withdrawn = sorted({*revoked, *(previous or {}).get("revoked", [])})
    if sequence <= last:
        raise ChannelError(f"sequence {sequence} does not rise above {last}: apps would refuse this channel")
    if sha256 in withdrawn:
        raise ChannelError(f"bundle {sha256[:12]}… is revoked: name another one")
    return {
        "schema": SCHEMA,
        "channel": terms.channel,
        "sequence": sequence,
        "issued_at": now.strftime(CLOCK),
        "expires_at": (now + timedelta(days=terms.expires_days)).strftime(CLOCK),
        "bundle_sha256": sha256,
        "min_app": terms.min_app,
        "rollout_pct": terms.rollout_pct,
        "rollback": terms.rollback,
        "revoked": withdrawn,
    }


def read_channel(folder: Path) -> dict[str, Any] | None:
    """The channel that lies in `folder`, None where there is none. Raises `ChannelError` for another form."""
    path = folder / NAME
    if not path.exists():
        return None
    try:
        return parsed(path.read_bytes())
    except ChannelError:
        raise ChannelError(f"{path} is no channel: move it away") from None


def write_channel(folder: Path, document: Mapping[str, Any], key: SigningKey) -> None:
    """Write channel.json and channel.sig; each appears whole."""
    raw = (json.dumps(document, indent=1) + "\n").encode()
    for name, data in ((NAME, raw), (SIGNATURE, key.sign(raw).encode())):
        unfinished = folder / f".{name}.{os.getpid()}"
        unfinished.write_bytes(data)
        os.replace(unfinished, folder / name)


def check_channel(
    path: Path, bundle: bytes, trusted: Mapping[str, str], seen: int = 0, now: datetime | None = None
) -> dict[str, Any]:
    """Whether apps that have seen `seen` may take the bundle with these bytes through the channel at `path` now."""
    file = path / NAME if path.is_dir() else path
    try:
        raw = file.read_bytes()
        key_id = verify(raw, file.with_suffix(".sig").read_bytes().decode("utf-8", "replace"), trusted, file.name)
        held = parsed(raw)
    except OSError:
        return {"ok": False, "faults": [f"{file.name} or {file.stem}.sig is missing in {file.parent}"]}
    except (SignatureError, ChannelError) as error:
        return {"ok": False, "faults": [str(error)]}
    faults = list(_faults(held, hashlib.sha256(bundle).hexdigest(), seen, now or datetime.now(UTC)))
    facts = {name: held[name] for name in ("channel", "sequence", "expires_at", "rollout_pct", "rollback")}
    return {"ok": not faults, "key_id": key_id, **facts, "faults": faults}


def _faults(held: Mapping[str, Any], sha256: str, seen: int, now: datetime) -> Iterable[str]:
    if datetime.strptime(held["expires_at"], CLOCK).replace(tzinfo=UTC) <= now:
        yield f"the channel expired at {held['expires_at']}: sign a new one"
    if held["sequence"] < seen:
        yield f"the channel's sequence {held['sequence']} is lower than {seen}, which was seen before"
    if held["bundle_sha256"] != sha256:
        yield f"the channel names bundle {held['bundle_sha256'][:12]}…, and this one is {sha256[:12]}…"
    if sha256 in held["revoked"]:
        yield "the channel revokes this bundle"


def parsed(raw: bytes) -> dict[str, Any]:
    """A channel's content, every field of the right kind. Raises `ChannelError`."""
    kinds = {"schema": int, "channel": str, "sequence": int, "bundle_sha256": str, "rollout_pct": int}
    kinds |= {"min_app": str, "expires_at": str, "rollback": bool, "revoked": list}
    try:
        held = json.loads(raw)
        datetime.strptime(held["expires_at"], CLOCK)
        sound = all(isinstance(held[name], kind) for name, kind in kinds.items())
    except (ValueError, LookupError, TypeError):
        sound = False
    if not sound:
        raise ChannelError("the channel has another form than this program reads")
    return held
