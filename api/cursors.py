"""Opaque sync cursors: base64url of `{v, epoch, seq}` with an 8-byte HMAC. Clients never build or compare one."""

import base64
import binascii
import hashlib
import hmac
import json
from typing import NamedTuple

from api.problems import Problem

VERSION = 1


class Stand(NamedTuple):
    """A place in a history."""

    epoch: str
    seq: int


def encode(epoch: str, seq: int, key: str) -> str:
    """The cursor that stands after `seq` in the history `epoch`."""
    body = json.dumps({"v": VERSION, "epoch": epoch, "seq": seq}, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(body + _mac(body, key)).decode().rstrip("=")


def decode(cursor: str, key: str) -> Stand:
    """Where a cursor stands. Raises the problem `cursor-expired` unless it was cut under this key.

    A damaged one is told the same: the client gets out of it by pulling from the start.
    """
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    except (binascii.Error, ValueError):
        raise Problem("cursor-expired") from None
    body, mac = raw[:-8], raw[-8:]
    if not hmac.compare_digest(mac, _mac(body, key)):
        raise Problem("cursor-expired")  # cut by another server, or before its key was changed
    held = json.loads(body)
    if held["v"] != VERSION:
        raise Problem("cursor-expired")
    return Stand(held["epoch"], held["seq"])


def _mac(body: bytes, key: str) -> bytes:
    return hmac.new(f"cursor {key}".encode(), body, hashlib.sha256).digest()[:8]
