"""Ids are made here, on the device, so that sending a record twice changes nothing."""

import hashlib
import json
import os
import time
from typing import Any


def uuid7() -> str:
    """A UUID of version 7 (RFC 9562): 48 bits of milliseconds, then random bits."""
    value = (time.time_ns() // 1_000_000 & (1 << 48) - 1) << 80 | int.from_bytes(os.urandom(10), "big")
    value = value & ~(0xF << 76) | 7 << 76
    value = value & ~(0x3 << 62) | 2 << 62
    text = f"{value:032x}"
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def content_hash(record: dict[str, Any]) -> str:
    """SHA-256 of the canonical JSON, 64 hex digits."""
    canonical = json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def second_id(record: dict[str, Any]) -> str:
    """The id of our copy when another body holds its id: the same on every device, so that it exists once.

    The time of the old id, then version, variant and bits of the content hash.
    """
    digest = content_hash(record)
    variant = "89ab"[int(digest[3], 16) & 3]
    return f"{record['id'][:13]}-7{digest[:3]}-{variant}{digest[4:7]}-{digest[7:19]}"
