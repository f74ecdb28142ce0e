"""gunicorn's settings: its threads, with an end to how long a request may take to arrive.

    gunicorn --config api/arrival.py 'api:create_app()'

Read as a file, so that the master process does not import the application, which only its child needs.

A connection that sends its request byte by byte, or stops in the middle, keeps one of the few threads: gunicorn itself
waits for it for ever. Here nothing more is read from it after a minute, or later where the head announces a large body,
such as a photo; the application then finds the body cut short and answers 400. A slow reader of a long answer is not
cut off: a proxy in front keeps that away from the threads.

What is no HTTP at all is refused here with a problem document like any other, and its text goes nowhere: gunicorn
itself would log it with the caller's address.
"""

import contextlib
import ctypes
import json
import logging
import math
import select
import socket
import time
from typing import Any

from gunicorn.http.errors import (
    ConfigurationProblem,
    InvalidResponseHeader,
    InvalidResponseHeaderName,
    LimitRequestHeaders,
    LimitRequestLine,
    ParseException,
)
from gunicorn.workers.gthread import TConn, ThreadWorker

M_ARENA_MAX = -8  # of malloc.h


class Worker(ThreadWorker):
    """Threads that do not wait for ever, and stay with a client that is not done."""

    seconds = 60.0  # a full push over a phone's worst network takes less
    pace, longest = 32_000, 400.0  # bytes a second that a large body comes at; s, what the largest photo takes then
    linger = 5  # ms

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.cfg.set("forwarded_allow_ips", "")  # whom to believe is said by TRUSTED_PROXIES alone
        self._due: dict[TConn, float] = {}

    def init_process(self) -> None:
        """In the child, before its threads start: one heap for all of them, of whom one runs at a time, is smaller."""
        with contextlib.suppress(AttributeError):  # glibc alone has heaps by thread
            ctypes.CDLL(None).mallopt(M_ARENA_MAX, 1)
        super().init_process()

    def handle(self, conn: TConn) -> Any:
        """Requests that follow one another at once, in one thread: to change threads costs a tenth of a request."""
        try:
            while True:
                self._due[conn] = time.monotonic() + self.seconds
                kept = super().handle(conn)
                if kept is not True or not self._another(conn):
                    return kept
        finally:
            self._due.pop(conn, None)

    def _another(self, conn: TConn) -> bool:
        """Whether the next request begins within `linger`; not waited for when threads are short."""
        self._due[conn] = math.inf
        if not self.alive or len(self._due) >= self.cfg.threads or conn.parser.unreader.buf.getvalue():
            return False
        poll = select.poll()
        poll.register(conn.sock, select.POLLIN)
        return bool(poll.poll(self.linger))

    def handle_request(self, req: Any, conn: TConn) -> Any:
        """The head has arrived; its body gets the time that it takes a slow phone."""
        announced = int(dict(req.headers).get("CONTENT-LENGTH", "0"))  # of any size: compared before it is divided
        enough = time.monotonic() + min(announced, self.longest * self.pace) / self.pace
        self._due[conn] = max(self._due.get(conn, 0.0), enough)
        return super().handle_request(req, conn)

    def handle_error(self, req: Any, client: socket.socket, addr: Any, exc: Exception) -> None:
        """Answer what cannot be read as a request, or what failed outside the application."""
        log = logging.getLogger("skinscore.arrival")
        if unreadable(exc):
            log.warning("what came is no HTTP request: %s", type(exc).__name__)
        else:
            log.error("a request failed outside the application", exc_info=exc)
        with contextlib.suppress(OSError):
            client.sendall(refusal(exc))

    def _keepalive_after(self, conn: TConn, keepalive: Any) -> bool:
        """Chunks that nobody read and nobody can read end the connection, without a second answer."""
        with contextlib.suppress(ParseException):
            return super()._keepalive_after(conn, keepalive)
        return False

    def murder_pending(self) -> None:
        """The main thread comes here every second; what has arrived whole by now only loses its keep-alive."""
        super().murder_pending()
        for conn, due in list(self._due.items()):
            if time.monotonic() > due and self._due.pop(conn, 0.0):  # answered meanwhile, where it is not there
                with contextlib.suppress(OSError):
                    conn.sock.shutdown(socket.SHUT_RD)


def unreadable(exc: Exception) -> bool:
    """Whether the fault is the caller's; gunicorn has some of ours in the same family."""
    ours = (InvalidResponseHeader, InvalidResponseHeaderName, ConfigurationProblem)
    return isinstance(exc, ParseException) and not isinstance(exc, ours)


def refusal(exc: Exception) -> bytes:
    """A whole answer of HTTP/1.1 that ends the connection."""
    from api import problems  # not before: the master, which reads this file, does without the application

    long = "the request line or a header is too long"
    detail = long if isinstance(exc, LimitRequestLine | LimitRequestHeaders) else "this is no HTTP request"
    whole = ("bad-request", detail) if unreadable(exc) else ("internal", "the fault is logged")
    document = problems.document(*whole)
    body = json.dumps(document).encode()
    lines = [f"HTTP/1.1 {document['status']} {document['title']}", "Connection: close", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "Content-Type: application/problem+json", "", ""]).encode() + body


worker_class = Worker
threads = 16  # more than may be kept waiting by waiters, guessers and slow photos together
