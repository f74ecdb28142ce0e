"""Decode photos of strangers in processes of their own; a photo that exceeds their limits ends only its process.

    with Decoder() as decode:
        inputs = decode(photo, size=224, detail=2)

One photo at a time goes to a process through a pipe (`training.photo_process`); input bytes of the model come back.
"""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing import Pipe
from queue import Queue
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.photo import PhotoError
from training.photo_process import TOO_MUCH
from training.preprocess import PhotoTooSmall

PROCESSOR_SECONDS = 10  # for one photo
PATIENCE = 60  # s of anyone's clock, for what hangs without computing
TRIES = 2  # a process that somebody else killed says nothing about the photo
MOST = 4  # processes
NEEDED = ("PATH", "LD_LIBRARY_PATH", "PYTHONPATH", "PYTHONHOME", "LANG", "LC_ALL")  # of the environment: no secret


@dataclass(frozen=True)
class Inputs:
    """A photo's model inputs: `graded` (S,S,3), and `explained` (d*S,d*S,3), where d is at most what was asked."""

    graded: NDArray[np.uint8]
    explained: NDArray[np.uint8]


class Decoder:
    """The process, started when it is first needed and again after it died. For one thread."""

    def __init__(self) -> None:
        self.process: subprocess.Popen | None = None
        self.pipe: Any = None

    def __call__(self, photo: bytes, size: int, detail: int = 1) -> Inputs:
        """Raises `PhotoError`, also for a photo that exceeds the limits, and `PhotoTooSmall`."""
        for _ in range(TRIES):
            try:
                return self._ask(photo, size, detail)
            except (EOFError, OSError):  # the process is gone
                if self._end() == -signal.SIGXCPU:
                    break
        raise PhotoError("too-many-pixels", TOO_MUCH)

    def _ask(self, photo: bytes, size: int, detail: int) -> Inputs:
        if self.process is None:
            self._start()
        self.pipe.send_bytes(f"{size} {detail}".encode())
        self.pipe.send_bytes(photo)
        if not self.pipe.poll(PATIENCE):
            self._end()
            raise PhotoError("too-many-pixels", TOO_MUCH)
        kind, first, second = self.pipe.recv_bytes().decode(), self.pipe.recv_bytes(), self.pipe.recv_bytes()
        if kind == "small":
            raise PhotoTooSmall(first.decode())
        if kind != "pixels":
            raise PhotoError(kind, first.decode())
        return Inputs(_square(first), _square(second))

    def _start(self) -> None:
        ours, theirs = Pipe()
        command = [sys.executable, "-m", "training.photo_process", str(theirs.fileno()), str(PROCESSOR_SECONDS)]
        lean = {name: os.environ[name] for name in NEEDED if name in os.environ}
        lean |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}  # each thread reserves addresses
        self.process = subprocess.Popen(command, env=lean, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL)
        theirs.close()
        self.pipe = ours

    def _end(self) -> int | None:
        """Kill the process; its exit status, negative where a signal ended it already."""
        process, self.process = self.process, None
        if process is None:
            return None
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(1)  # it is ending, or hangs
        process.kill()
        self.pipe.close()
        return process.wait()

    def close(self) -> None:
        """End the process, if there is one."""
        if self.process is not None:
            self.pipe.close()  # which ends it
            self.process.wait()

    def __enter__(self) -> "Decoder":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Decoders:
    """As many processes as there are processors, but few; each decodes one photo at a time."""

    def __init__(self) -> None:
        number = min(MOST, os.cpu_count() or 1)
        self.free: Queue[Decoder] = Queue()
        for _ in range(number):
            self.free.put(Decoder())
        self.threads = ThreadPoolExecutor(number, "decode")

    def __call__(self, photos: Iterable[tuple[bytes, int, int]]) -> Iterator[Inputs | ValueError]:
        """Inputs, or why not, for each photo with its size and detail, in order, as soon as they are there."""
        return self.threads.map(self._one, photos)

    def close(self) -> None:
        """End the processes."""
        self.threads.shutdown()
        while not self.free.empty():
            self.free.get().close()

    def _one(self, asked: tuple[bytes, int, int]) -> Inputs | ValueError:
        decoder = self.free.get()
        try:
            return decoder(*asked)
        except (PhotoError, PhotoTooSmall) as error:
            return error
        finally:
            self.free.put(decoder)


def _square(data: bytes) -> NDArray[np.uint8]:
    side = round((len(data) / 3) ** 0.5)
    return np.frombuffer(data, np.uint8).reshape(side, side, 3)
