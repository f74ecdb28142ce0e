"""Opaque sync cursors: base64url of `{v, epoch, seq}` with an 8-byte HMAC. Clients never build or compare one."""

import base64
import binascii
import hashlib
import hmac
import json

from api.problems import Problem

VERSION = 1


def encode(epoch: str, seq: int, key: str) -> str:
    """The cursor that stands after `seq` in the history `epoch`."""
    body = json.dumps({"v": VERSION, "epoch": epoch, "seq": seq}, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(body + _mac(body, key)).decode().rstrip("=")


def decode(cursor: str, epoch: str, head: int, key: str) -> int:
    """The `seq` of a cursor. Raises the problem `cursor-expired` for another history, or one beyond the head.

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
    if held["v"] != VERSION or held["epoch"] != epoch or held["seq"] > head:
        raise Problem("cursor-expired")
    return held["seq"]


def _mac(body: bytes, key: str) -> bytes:
    return hmac.new(f"cursor {key}".encode(), body, hashlib.sha256).digest()[:8]
