"""Requests that do not arrive whole, or not soon: sent over bare sockets."""

import contextlib
import json
import random
import select
import socket
import struct
import time
from collections.abc import Iterator
from typing import Any

from tests.api.helpers import score
from tests.people import Person

ABORT = struct.pack("ii", 1, 0)  # SO_LINGER: close by a reset
WAYS = ("half-closed", "reset", "chunked", "broken JSON", "bad chunk")


def head_and_body(person: Person, number: int) -> tuple[bytes, bytes]:
    """A push of one record as it goes over the wire."""
    body = json.dumps({"records": [score(number)]}).encode()
    return head(person, "/v1/sync", "application/json", len(body)), body


def head(person: Person, path: str, kind: str, length: int) -> bytes:
    """What comes before a body."""
    lines = [f"POST {path} HTTP/1.1", "Host: test", f"Authorization: Bearer {person.tokens['access_token']}"]
    lines += [f"Content-Type: {kind}", f"Content-Length: {length}", "", ""]
    return "\r\n".join(lines).encode()


def truncated(person: Person, number: int, way: str) -> int:
    """Send a part of a push; the status that came back, 0 where nothing could."""
    before, body = head_and_body(person, number)
    part = body[: random.randint(1, len(body) - 1)]
    if way in ("chunked", "bad chunk"):
        length = f"Content-Length: {len(body)}".encode()
        before = before.replace(length, b"Transfer-Encoding: chunked")
        part = (b"zz" if way == "bad chunk" else f"{len(body):x}".encode()) + b"\r\n" + part
    elif way == "broken JSON":
        before = before.replace(f": {len(body)}\r".encode(), f": {len(part)}\r".encode())
    with socket.create_connection(("127.0.0.1", person.port), 60) as line:
        line.sendall(before + part)
        if way == "reset":
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ABORT)
            return 0
        if way != "broken JSON":
            line.shutdown(socket.SHUT_WR)
        return status(line)


def trickled(person: Person, whole: bytes, seconds: float, pieces: int = 20) -> int:
    """Send a request piece by piece; its status."""
    size = -(-len(whole) // pieces)
    with socket.create_connection(("127.0.0.1", person.port), 60) as line:
        for at in range(0, len(whole), size):
            line.sendall(whole[at : at + size])
            time.sleep(seconds / pieces)
        return status(line)


def stalled(person: Person, number: int, in_head: bool) -> socket.socket:
    """A connection that stopped in the middle of a push."""
    before, body = head_and_body(person, number)
    line = socket.create_connection(("127.0.0.1", person.port), 60)
    line.sendall(before[:60] if in_head else before + body[:60])
    return line


@contextlib.contextmanager
def dripping(person: Person, start: bytes, length: int, count: int) -> Iterator[list[socket.socket]]:
    """Photos of `length` bytes that stopped after their `start`, each on a connection of its own."""
    with contextlib.ExitStack() as opened:
        lines = []
        for _ in range(count):
            line = opened.enter_context(socket.create_connection(("127.0.0.1", person.port), 60))
            line.sendall(head(person, "/v1/heatmaps", "image/png", length) + start)
            lines.append(line)
        yield lines


def first_answers(lines: list[socket.socket], count: int, seconds: float = 60) -> list[int]:
    """The statuses of the first `count` answers, fewer where they do not come."""
    told: list[int] = []
    waiting = list(lines)
    while len(told) < count and (ready := select.select(waiting, [], [], seconds)[0]):
        told += [status(line) for line in ready]
        waiting = [line for line in waiting if line not in ready]
    return told


def status(line: socket.socket) -> int:
    """The status of the answer, 0 when the connection ended without one."""
    with line.makefile("rb") as answer:
        words: list[Any] = answer.readline().split()
    return int(words[1]) if len(words) > 1 else 0
