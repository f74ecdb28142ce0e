"""The process that decodes photos of strangers, under limits, for `training.safe_decoding`; it ends with its pipe.

    python -m training.photo_process FD SECONDS      # started by Decoder, with a pipe as FD

It holds no key, may write no file, and gets so many seconds of processor time and 2 GiB of memory for each photo.
"""

import contextlib
import resource
import sys
from multiprocessing.connection import Connection

from training.photo import PhotoError, read_photo
from training.preprocess import PhotoTooSmall, model_input

MEMORY = 2 << 30  # bytes of addresses: 50 megapixels with transparency take about half
TOO_MUCH = "the photo needs more time or memory than one may have: save it as JPEG or PNG and try again"


def main(argv: list[str] | None = None) -> None:
    """Serve photos on the connection with the first number until it is closed; the second is seconds for each."""
    number, seconds = map(int, argv or sys.argv[1:])
    pipe = Connection(number)
    _limit()
    with contextlib.suppress(EOFError, OSError):
        while True:
            size, detail = map(int, pipe.recv_bytes().split())
            _allow_time(seconds)
            for part in _answer(pipe.recv_bytes(), size, detail):
                pipe.send_bytes(part)


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    for nothing in (resource.RLIMIT_FSIZE, resource.RLIMIT_CORE):
        resource.setrlimit(nothing, (0, 0))


def _allow_time(seconds: int) -> None:
    """So much processor time from now on."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    until = int(used.ru_utime + used.ru_stime) + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (until, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def _answer(photo: bytes, size: int, detail: int) -> tuple[bytes, bytes, bytes]:
    try:
        rgb = read_photo(photo)
        graded = model_input(rgb, size)
        used = min(detail, min(rgb.shape[:2]) // size)
        explained = graded if used == 1 else model_input(rgb, used * size)
    except PhotoTooSmall as error:
        return b"small", str(error).encode(), b""
    except PhotoError as error:
        return error.slug.encode(), str(error).encode(), b""
    except MemoryError:
        return b"too-many-pixels", TOO_MUCH.encode(), b""
    return b"pixels", graded.tobytes(), explained.tobytes()


if __name__ == "__main__":
    main()
