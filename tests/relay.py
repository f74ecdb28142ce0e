"""A relay on loopback between a client and a server: it slows answers down, cuts them off, and hears what is asked."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator

CHUNK = 1 << 14  # bytes


class Relay:
    """`cut` ends the next connection after so many bytes of answers; `pace` is the pause in s after each chunk."""

    def __init__(self, port: int, pace: float = 0) -> None:
        self.upstream, self.pace, self.cut = port, pace, None
        self.heard = bytearray()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def ranges(self) -> list[bytes]:
        """The values of the Range headers that went through."""
        return [line[7:] for line in bytes(self.heard).split(b"\r\n") if line.lower().startswith(b"range: ")]

    def close(self) -> None:
        """Take no more connections."""
        self.listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.upstream)) as server:
            threading.Thread(target=self._questions, args=(client, server), daemon=True).start()
            while chunk := server.recv(CHUNK):
                client.sendall(self._short(chunk))
                if self.cut is not None and self.cut <= 0:
                    self.cut = None
                    client.shutdown(socket.SHUT_RDWR)  # closing alone waits for the thread that reads questions
                    return
                time.sleep(self.pace)

    def _short(self, chunk: bytes) -> bytes:
        if self.cut is None:
            return chunk
        chunk = chunk[: self.cut]
        self.cut -= len(chunk)
        return chunk

    def _questions(self, client: socket.socket, server: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while chunk := client.recv(CHUNK):
                self.heard += chunk
                server.sendall(chunk)


@contextlib.contextmanager
def relay(port: int, pace: float = 0) -> Iterator[Relay]:
    """A running relay to this port of loopback."""
    one = Relay(port, pace)
    try:
        yield one
    finally:
        one.close()
