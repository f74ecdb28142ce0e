"""gunicorn's settings: its threads, with an end to how long a request may take to arrive.

    gunicorn --config api/arrival.py 'api:create_app()'

Read as a file, so that the master process does not import the application, which only its child needs.

A connection that sends its request byte by byte, or stops in the middle, keeps one of the few threads: gunicorn itself
waits for it for ever. Here nothing more is read from it after a minute, or later where the head announces a large body,
such as a photo; the application then finds the body cut short and answers 400. A slow reader of a long answer is not
cut off: a proxy in front keeps that away from the threads.
"""

import contextlib
import ctypes
import socket
import time
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker

M_ARENA_MAX = -8  # of malloc.h


class Worker(ThreadWorker):
    """Threads that do not wait for ever."""

    seconds = 60.0  # a full push over a phone's worst network takes less
    pace, longest = 32_000, 400.0  # bytes a second that a large body comes at; s, what the largest photo takes then

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._due: dict[TConn, float] = {}

    def init_process(self) -> None:
        """In the child, before its threads start: one heap for all of them, of whom one runs at a time, is smaller."""
        with contextlib.suppress(AttributeError):  # glibc alone has heaps by thread
            ctypes.CDLL(None).mallopt(M_ARENA_MAX, 1)
        super().init_process()

    def handle(self, conn: TConn) -> Any:
        """One request, in a thread of its own."""
        self._due[conn] = time.monotonic() + self.seconds
        try:
            return super().handle(conn)
        finally:
            self._due.pop(conn, None)

    def handle_request(self, req: Any, conn: TConn) -> Any:
        """The head has arrived; its body gets the time that it takes a slow phone."""
        announced = int(dict(req.headers).get("CONTENT-LENGTH", "0"))  # of any size: compared before it is divided
        enough = time.monotonic() + min(announced, self.longest * self.pace) / self.pace
        self._due[conn] = max(self._due.get(conn, 0.0), enough)
        return super().handle_request(req, conn)

    def murder_pending(self) -> None:
        """The main thread comes here every second; what has arrived whole by now only loses its keep-alive."""
        super().murder_pending()
        for conn, due in list(self._due.items()):
            if time.monotonic() > due and self._due.pop(conn, 0.0):  # answered meanwhile, where it is not there
                with contextlib.suppress(OSError):
                    conn.sock.shutdown(socket.SHUT_RD)


worker_class = Worker
threads = 16  # more than may be kept waiting by waiters, guessers and slow photos together
