"""Eight clients that send ready-made requests as fast as they are answered; as little Python as possible in between."""

import socket
import threading
import time
from collections.abc import Iterator
from statistics import quantiles
from typing import Any

CLIENTS = 8


def request(method: str, path: str, authorization: str, body: bytes = b"", etag: str = "") -> bytes:
    """The bytes of a request."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Authorization: {authorization}"]
    lines += [f"If-None-Match: {etag}"] if etag else []
    lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"] if body else []
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


def hammer(port: int, clients: list[Iterator[bytes]], expected: bytes, seconds: float) -> dict[str, Any]:
    """Requests per second, p50 and p99 in ms, and how many answers were not the expected status."""
    results: list[list[tuple[float, bool]]] = [[] for _ in clients]
    end = time.monotonic() + seconds
    threads = [
        threading.Thread(target=_one, args=(port, requests, expected, end, result))
        for requests, result in zip(clients, results, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = [milliseconds for result in results for milliseconds, _ in result]
    cuts = quantiles(took, n=100)
    return {
        "requests_per_s": round(len(took) / seconds),
        "p50_ms": round(cuts[49], 1),
        "p99_ms": round(cuts[98], 1),
        "errors": sum(not right for result in results for _, right in result),
    }


def _one(port: int, requests: Iterator[bytes], expected: bytes, end: float, result: list[tuple[float, bool]]) -> None:
    while time.monotonic() < end:
        line = socket.create_connection(("127.0.0.1", port), 60)
        with line, line.makefile("rb") as answers:
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for ready in requests:
                begun = time.monotonic()
                if begun > end:
                    return
                line.sendall(ready)
                status, closing = _answer(answers)
                result.append(((time.monotonic() - begun) * 1000, status == expected))
                if closing:
                    break


def _answer(answers: Any) -> tuple[bytes, bool]:
    """Read one whole answer; its status, and whether the server then closes the connection."""
    status, length, chunked, closing = answers.readline()[9:12], 0, False, False
    while (line := answers.readline().lower()) not in (b"\r\n", b""):
        if line.startswith(b"content-length:"):
            length = int(line[15:])
        chunked |= line.startswith(b"transfer-encoding: chunked")
        closing |= line.startswith(b"connection: close")
    answers.read(length)
    while chunked and (size := int(answers.readline(), 16) + 2):  # each chunk ends with a line break, the last is empty
        answers.read(size)
        chunked = size > 2
    return status, closing or not status
