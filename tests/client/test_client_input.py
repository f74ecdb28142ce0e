"""Photos and commands that are not as they should be: one sentence each, and the bytes that the contract asks for."""

import base64
import hashlib
import io
import json
import os
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from sample_clients.python.__main__ import main
from sample_clients.python.bundle import open_bundle
from sample_clients.python.photo import PhotoError, decode
from sample_clients.python.resize import model_input
from sample_clients.python.scorer import Scorer
from sample_clients.python.selftest import self_test
from sample_clients.python.store import Store
from tests.client.helpers import score
from training.photo import read_photo

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "mobile_export" / "reference"
NOISE = Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8))


def encoded(kind: str, **options) -> bytes:
    held = io.BytesIO()
    NOISE.save(held, kind, **options)
    return held.getvalue()


def png(width: int, height: int, *between: bytes) -> bytes:
    ihdr = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = [ihdr, *between, b"IDAT" + zlib.compress(b"\0" * 100), b"IEND"]
    packed = [struct.pack(">I", len(c) - 4) + c + struct.pack(">I", zlib.crc32(c)) for c in chunks]
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)


REFUSED = {
    "empty": (b"", "is no JPEG"),
    "text": (b"hello", "is no JPEG"),
    "animated GIF": (encoded("GIF", save_all=True, append_images=[NOISE.rotate(90)]), "is no JPEG"),
    "truncated JPEG": (encoded("JPEG")[:1500], "damaged or cut off"),
    "truncated PNG": (encoded("PNG")[:3000], "damaged or cut off"),
    "cut header": (b"\x89PNG\r\n\x1a\n\0\0\0\2IHDR\0\1" + bytes(4), "damaged or cut off"),
    "text chunk that grows": (png(64, 64, b"zTXta\0\0" + zlib.compress(b"x" * 5_000_000)), "damaged or cut off"),
    "40,000 x 40,000": (png(40_000, 40_000), "larger than 50 megapixels"),
    "30,000 x 10": (png(30_000, 10), "larger than 50 megapixels"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_graded_is_refused_in_one_sentence(tmp_path, name):
    data, sentence = REFUSED[name]
    (tmp_path / "photo").write_bytes(data)
    with pytest.raises(PhotoError, match=sentence) as refused:
        decode(tmp_path / "photo")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_exif_orientation_lands_upright(tmp_path, orientation):
    stored_by = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # Pillow's transpose that lays the photo down so
    exif = Image.Exif()
    exif[0x0112] = orientation
    image = Image.fromarray(np.random.default_rng(1).integers(0, 256, (40, 60, 3), np.uint8))
    stored = image.transpose(stored_by[orientation]) if orientation > 1 else image
    stored.save(tmp_path / "photo.png", exif=exif)
    assert np.array_equal(decode(tmp_path / "photo.png"), np.asarray(image))


@pytest.mark.parametrize("metadata", [b"M\xfb\0*\0\0\0\x08", b"II*\0\xff\xff\xff\x7f", b"MM\0*\0\0\0\x08\xff\xff"])
def test_damaged_metadata_does_not_hide_the_pixels(tmp_path, metadata):
    (tmp_path / "photo.jpg").write_bytes(encoded("JPEG", exif=b"Exif\0\0" + metadata, quality=90))
    assert decode(tmp_path / "photo.jpg").shape == (64, 64, 3)


def test_an_odd_tag_does_not_hide_the_orientation_and_training_agrees(tmp_path):
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "a description"
    photo = bytearray(encoded("JPEG", exif=exif))
    at = photo.index(b"\x01\x0e\x00\x02")  # the description, a text, becomes ...
    photo[at : at + 4] = b"\x01\x11\x00\x07"  # ... strip offsets, which must be numbers
    (tmp_path / "photo.jpg").write_bytes(photo)
    (tmp_path / "lying.jpg").write_bytes(encoded("JPEG"))
    upright = np.rot90(decode(tmp_path / "lying.jpg"), -1)
    assert np.array_equal(decode(tmp_path / "photo.jpg"), upright)
    assert np.array_equal(read_photo(tmp_path / "photo.jpg"), upright)


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 6), st.integers(0, 12), st.integers(0, 2**32 - 1))
def test_resize_equals_the_definition_in_python_integers(size, more, seed):
    n = size + more
    square = np.random.default_rng(seed).integers(0, 256, (n, n, 3), np.uint8)
    overlap = [[max(0, min((i + 1) * n, (k + 1) * size) - max(i * n, k * size)) for k in range(n)] for i in range(size)]
    got = model_input(square, size)
    for y, x, c in np.ndindex(size, size, 3):
        total = sum(overlap[y][k] * overlap[x][m] * int(square[k, m, c]) for k in range(n) for m in range(n))
        assert got[y, x, c] == (total + n * n // 2) // (n * n)


@pytest.fixture(scope="module")
def golden() -> dict:
    return json.loads((REFERENCE / "golden.json").read_text("utf-8"))


def test_the_resize_reproduces_every_golden_vector(golden):
    for vector in golden["resize"]:
        y, x, c = np.ogrid[: vector["height"], : vector["width"], :3]
        pixels = ((3 * x * x + 5 * y * y + 7 * x * y + 91 * c + 17 * vector["seed"]) % 256).astype(np.uint8)
        assert hashlib.sha256(model_input(pixels, vector["size"]).tobytes()).hexdigest() == vector["sha256"]


def test_golden_photos_give_the_golden_bytes_and_grades(golden, tmp_path):
    scorer = Scorer(open_bundle(REFERENCE))
    for photo in golden["photos"]:
        (tmp_path / "photo.png").write_bytes(base64.b64decode(photo["png"]))
        grading, held = scorer.score(tmp_path / "photo.png", part=0), photo["outputs"]["int8"]
        assert grading.input_sha256 == photo["input_sha256"]
        assert [one.grade for one in grading.attributes] == held["grades"]
        assert [one.balanced for one in grading.attributes] == held["balanced"]
        off = [abs(one.expected - e) for one, e in zip(grading.attributes, held["expected"], strict=True)]
        assert max(off) <= golden["tolerance_expected"]["int8"]


def test_the_reference_passes_the_test_that_a_new_model_must_pass(golden):
    assert self_test(open_bundle(REFERENCE), (REFERENCE / "golden.json").read_bytes()) == len(golden["photos"]) > 0


@pytest.fixture
def command(tmp_path, capsys):
    def run(*words: str) -> tuple[int, str]:
        base = ["--bundle", str(tmp_path / "none"), "--home", str(tmp_path / "home"), "--server", "http://127.0.0.1:9"]
        status = main([*base, *words])
        said = capsys.readouterr()
        return status, said.out + said.err

    return run


def test_the_history_can_be_read_without_a_bundle(command):
    status, said = command("history")
    assert status == 0 and "No scores yet" in said


def test_signing_in_without_a_terminal_is_one_line(command, monkeypatch):
    monkeypatch.delenv("SKINSCORE_PASSWORD", raising=False)
    monkeypatch.setattr("getpass.getpass", lambda: (_ for _ in ()).throw(EOFError))
    status, said = command("login", "me@example.org")
    assert status == 2 and said.startswith("skinscore: ") and said.count("\n") == 1


def test_the_recovery_code_is_shown_with_what_it_is_for(command, monkeypatch):
    asked = []
    monkeypatch.setattr(
        "sample_clients.python.http.Server.sign_in", lambda self, *words: asked.append(words) or "CODE2"
    )
    status, said = command("recover", "me@example.org", "--password", "a long password", "--code", "CODE1")
    assert status == 0 and "CODE2" in said and "not shown again" in said
    assert asked[0][0] == "recover" and "CODE1" in asked[0]


def test_signing_out_works_offline_and_says_so(command, monkeypatch):
    monkeypatch.setattr("sample_clients.python.http.pause", lambda attempt: 0)
    status, said = command("logout")
    assert status == 0 and "could not be told" in said


def test_a_home_that_is_no_history_is_one_line(command, tmp_path):
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "history.db").write_bytes(b"something else" * 100)
    status, said = command("history")
    assert status == 2 and "not a database" in said and said.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([b"note", b"ID", b"caf\xe9"], "write it in UTF-8"),
        ([b"note", b"caf\xe9", b"fine"], "there is no record"),
        ([b"delete", b"caf\xe9"], "there is no record"),
    ],
)
def test_bytes_that_are_no_text_are_refused_in_one_line_and_nothing_is_kept(tmp_path, words, sentence):
    store, record = Store(tmp_path), score()
    store.add(record)
    words = [record["id"].encode() if word == b"ID" else word for word in words]
    command = [sys.executable, "-m", "sample_clients.python", "--home", str(tmp_path), *words]
    run = subprocess.run(command, cwd=ROOT, env=os.environ | {"PYTHONUTF8": "1"}, capture_output=True)
    said = run.stderr.decode()
    assert run.returncode == 2 and sentence in said and said.count("\n") == 1
    assert store.live() == [record]
