"""Device logins and their refresh tokens, which rotate.

Refresh token = `sid.generation.HMAC(REFRESH_KEY, sid.generation)`: nothing in the database opens an account. The
current generation rotates. The one before it is a lost answer, and gets the current token again: for 60 s in any case,
and after that until an access token of the current generation came back. Anything older is a replay and ends the device
login. A signed generation beyond the row's is one that a restored database forgot: it goes on from there.
"""

import hashlib
import hmac
import uuid
from typing import Any

from api import clock, tokens
from api.config import current
from api.database import held, write_transaction
from api.ledger import Ledger
from api.problems import Problem
from api.tables import Account, Device

IDLE_SECONDS, ABSOLUTE_SECONDS = 60 * 86400, 365 * 86400
GRACE_SECONDS = 60
MOST = 100  # device logins of an account; then the one that was used least lately ends


def start(account: Account, name: str, platform: str, identity: str | None = None) -> dict[str, Any]:
    """A new device login and its first tokens; the account's expired ones go. Belongs in a write transaction."""
    at = clock.now()
    stale = (Device.last_used < at - IDLE_SECONDS) | (Device.created_at < at - ABSOLUTE_SECONDS)
    Device.delete().where((Device.account == account) & stale).execute()
    own = Device.select().where(Device.account == account).order_by(Device.last_used.desc(), Device.id)
    end(*own.limit(MOST).offset(MOST - 1))
    given = {"id": identity or uuid.uuid4().hex, "account": account, "name": name, "platform": platform}
    device = Device.create(**given, created_at=at, last_used=at, rotated_at=at)
    return issued(device)


def refresh(token: str) -> dict[str, Any]:
    """New tokens for a refresh token. Raises `Problem` refresh-revoked, refresh-expired or refresh-reused."""
    sid, generation = _parse(token)
    at = clock.now()
    with write_transaction():
        device = held(Device.select().where(Device.id == sid)).first()
        if device is None:
            raise Problem("refresh-revoked")
        refusal = _refusal(device, generation, at)
        if refusal:
            end(device)
        else:
            _rotate(device, generation, at)
    if refusal:  # after the commit, which an exception would have undone
        raise Problem(refusal)
    return issued(device)


def end(*devices: Device) -> None:
    """End device logins, also for a database restored later. Belongs in a write transaction."""
    if devices:
        Ledger.of(current()).note(*(device.id for device in devices))
    for device in devices:
        device.delete_instance()


def end_others(account_id: str, kept: str | None = None) -> None:
    """End the account's device logins except one. Belongs in a write transaction."""
    end(*Device.select().where((Device.account == account_id) & (Device.id != (kept or ""))))


def _refusal(device: Device, generation: int, at: int) -> str | None:
    if at - device.last_used > IDLE_SECONDS or at - device.created_at > ABSOLUTE_SECONDS:
        return "refresh-expired"
    arrived = device.seen >= device.generation and at - device.rotated_at > GRACE_SECONDS
    oldest = device.generation if arrived else device.generation - 1
    return "refresh-reused" if generation < oldest else None


def _rotate(device: Device, generation: int, at: int) -> None:
    device.last_used = at
    if generation >= device.generation:
        device.generation, device.rotated_at = generation + 1, at
    device.save(only=(Device.last_used, Device.generation, Device.rotated_at))


def issued(device: Device) -> dict[str, Any]:
    """The device login's refresh token of now, and an access token."""
    account_id = str(device.account_id)  # type: ignore[attr-defined]
    sealed = _sign(f"{device.id}.{device.generation}", current().refresh_key)
    return {"account_id": account_id, "device_id": device.id, "refresh_token": sealed} | tokens.issue(device)


def _sign(text: str, key: str) -> str:
    return f"{text}.{hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()}"


def _parse(token: str) -> tuple[str, int]:
    text, _, _ = token.rpartition(".")
    sid, _, generation = text.partition(".")
    ours = [hmac.compare_digest(_sign(text, key).encode(), token.encode()) for key in current().refresh_keys]
    if not any(ours) or not generation.isdecimal():
        raise Problem("refresh-revoked")
    return sid, int(generation)
