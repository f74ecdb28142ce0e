"""Photos of strangers: decoded in a process of their own, whose death costs nothing but that photo."""

import io
import os
import resource
import signal
import struct
import subprocess
import sys
import zlib
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from training import photo_process, safe_decoding
from training.photo import PhotoError, read_photo
from training.preprocess import PhotoTooSmall, model_input
from training.safe_decoding import Decoder, Decoders

SIZE = 64
PIXELS = np.random.default_rng(0).integers(0, 256, (300, 280, 3), np.uint8)


@pytest.fixture(scope="module")
def decode():
    with Decoder() as one:
        yield one


def png(pixels: np.ndarray) -> bytes:
    held = io.BytesIO()
    Image.fromarray(pixels).save(held, "PNG")
    return held.getvalue()


def test_inputs_are_those_of_the_one_rule(decode):
    photo = png(PIXELS)
    inputs = decode(photo, SIZE, 2)
    assert np.array_equal(inputs.graded, model_input(read_photo(photo), SIZE))
    assert np.array_equal(inputs.explained, model_input(read_photo(photo), 2 * SIZE))


@pytest.mark.parametrize(("asked", "used"), [(1, 1), (2, 2), (4, 4), (8, 4)])
def test_detail_is_lowered_to_what_the_photo_has(decode, asked, used):
    assert decode(png(PIXELS), SIZE, asked).explained.shape == (used * SIZE, used * SIZE, 3)


def test_refusals_come_back_as_they_are(decode):
    with pytest.raises(PhotoTooSmall, match="63 px"):
        decode(png(PIXELS[:63]), SIZE)
    with pytest.raises(PhotoError) as refused:
        decode(b"no photo", SIZE)
    assert refused.value.slug == "not-an-image"


def test_the_limits_hold_in_the_process(decode):
    decode(png(PIXELS), SIZE)
    limits = {
        name: resource.prlimit(decode.process.pid, getattr(resource, f"RLIMIT_{name}"))
        for name in ("AS", "FSIZE", "CORE", "CPU")
    }
    assert limits["AS"] == (photo_process.MEMORY,) * 2 and limits["FSIZE"] == limits["CORE"] == (0, 0)
    assert 0 < limits["CPU"][0] < 3600


def test_the_process_knows_no_secret(monkeypatch):
    for name in ("PHOTO_KEY", "LIMIT_STORE", "WHATEVER_COMES"):
        monkeypatch.setenv(name, "aa" * 32)
    with Decoder() as fresh:
        fresh(png(PIXELS), SIZE)
        assert b"aa" * 32 not in Path(f"/proc/{fresh.process.pid}/environ").read_bytes()


def test_a_process_that_was_killed_is_started_again(decode):
    decode(png(PIXELS), SIZE)
    os.kill(decode.process.pid, signal.SIGKILL)
    assert decode(png(PIXELS), SIZE).graded.shape == (SIZE, SIZE, 3)


def test_a_photo_that_takes_too_long_ends_only_its_process(monkeypatch):
    monkeypatch.setattr(safe_decoding, "PROCESSOR_SECONDS", 1)
    slow = io.BytesIO()
    Image.new("RGBA", (7000, 7000)).save(slow, "PNG", compress_level=1)
    with Decoder() as hurried:
        hurried(png(PIXELS), SIZE)
        first = hurried.process
        with pytest.raises(PhotoError, match="more time or memory"):
            hurried(slow.getvalue(), SIZE)
        assert first.returncode == -signal.SIGXCPU  # and it was not tried again
        assert hurried(png(PIXELS), SIZE).graded.shape == (SIZE, SIZE, 3)


def test_what_needs_too_much_memory_is_refused_in_a_sentence():
    code = (
        "import resource, sys; from training import photo_process as decoding\n"
        "resource.setrlimit(resource.RLIMIT_AS, (600 << 20,) * 2)\n"
        "print(decoding._answer(sys.stdin.buffer.read(), 64, 1)[1].decode())"
    )
    large = io.BytesIO()
    Image.new("RGBA", (7000, 7000)).save(large, "PNG")
    lean = os.environ | {"OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code], input=large.getvalue(), capture_output=True, env=lean, check=False
    )
    assert done.stdout.decode().strip() == photo_process.TOO_MUCH


def test_the_largest_photo_allowed_is_decoded(decode):
    largest = io.BytesIO()
    Image.new("RGBA", (7000, 7000), (200, 150, 120, 255)).save(largest, "PNG")
    assert decode(largest.getvalue(), SIZE).graded.tolist() == [[[200, 150, 120]] * SIZE] * SIZE


def test_several_photos_are_decoded_at_once_and_keep_their_order():
    photos = [(png(PIXELS[n:]), SIZE, 1) for n in range(6)] + [(b"no photo", SIZE, 1)]
    with closing(Decoders()) as decoders:
        *inputs, refused = decoders(photos)
    assert isinstance(refused, PhotoError)
    for one, (photo, *_) in zip(inputs, photos, strict=False):
        assert np.array_equal(one.graded, model_input(read_photo(photo), SIZE))


def test_a_bomb_is_refused_by_its_header(decode):
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)
    bomb = (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(bytes(1 << 20)))
        + chunk(b"IEND", b"")
    )
    with pytest.raises(PhotoError) as refused:
        decode(bomb, SIZE)
    assert refused.value.slug == "too-many-pixels"
