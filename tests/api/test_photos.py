"""Photos as people send them: each is graded, or refused by one problem document; decoding happens in the worker."""

import io
import struct
import zlib
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from api.explanations import Asked, Explanation
from api.tables import HeatmapJob
from tests.api.heatmaps import ask, working_beside
from training.photo_process import MEMORY
from training.safe_decoding import Decoders

SIZE = 64  # px, stands for the model's input
PIXELS = np.random.default_rng(0).integers(0, 256, (80, 96, 3), np.uint8)


def encoded(image: Image.Image, form: str = "PNG", **options) -> bytes:
    held = io.BytesIO()
    image.save(held, form, **options)
    return held.getvalue()


def huge_png(side: int) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    )


def photo(mode: str) -> Image.Image:
    if mode == "I;16":
        return Image.fromarray(PIXELS[..., 0].astype(np.uint16) << 8)
    return Image.fromarray(PIXELS).convert(mode)


def box(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data) + 8) + name + data


def heic_grid(tiles: int, side: int) -> bytes:
    """The head of a HEIC file that says its picture is a grid of tiles x tiles with this side, px; without tiles."""
    ids = range(2, 2 + min(tiles * tiles, 1000))
    entries = [box(b"infe", struct.pack(">IHH4sx", 2 << 24, n, 0, b"hvc1")) for n in ids]
    info = box(b"infe", struct.pack(">IHH4sx", 2 << 24, 1, 0, b"grid")) + b"".join(entries)
    sizes = box(b"ipco", box(b"ispe", struct.pack(">III", 0, side, side)))
    shared = box(b"ipma", struct.pack(">IIHBB", 0, 1, 1, 1, 1))
    parts = (
        box(b"hdlr", struct.pack(">II4s12xx", 0, 0, b"pict"))
        + box(b"pitm", struct.pack(">IH", 0, 1))
        + box(b"iinf", struct.pack(">IH", 0, len(ids) + 1) + info)
        + box(b"iprp", sizes + shared)
        + box(b"iref", struct.pack(">I", 0) + box(b"dimg", struct.pack(f">HH{len(ids)}H", 1, len(ids), *ids)))
        + box(b"idat", struct.pack(">BBBBII", 0, 1, tiles - 1, tiles - 1, side, side))
        + box(b"iloc", struct.pack(">IBBHHHHHII", 1 << 24, 0x44, 0, 1, 1, 1, 0, 1, 0, 12))
    )
    return box(b"ftyp", b"heic\0\0\0\0mif1heic") + box(b"meta", bytes(4) + parts)


HEIC_GRID = heic_grid(30, 50_000)
GRADED = {
    "colour": ("image/png", encoded(photo("RGB"))),
    "grey": ("image/png", encoded(photo("L"))),
    "16-bit": ("image/png", encoded(photo("I;16"))),
    "transparent": ("image/png", encoded(photo("RGBA"))),
    "palette": ("image/png", encoded(photo("P"))),
    "CMYK": ("image/jpeg", encoded(photo("CMYK"), "JPEG")),
    "webp": ("image/webp", encoded(photo("RGB"), "WEBP")),
    "polyglot of a PNG and a page": ("image/png", encoded(photo("RGB")) + b"<script>alert(1)</script>"),
}
REFUSED = {
    "not an image behind the right first bytes": b"\x89PNG\r\n\x1a\n" + bytes(200),
    "truncated PNG": encoded(photo("RGB"))[:2000],
    "truncated JPEG": encoded(photo("RGB"), "JPEG")[:1500],
    "50,000 x 50,000": huge_png(50_000),
    "1 x 20,000": encoded(Image.new("RGB", (1, 20_000))),
    "a HEIC grid": HEIC_GRID,
    "smaller than the model": encoded(Image.new("RGB", (SIZE - 1, 200))),
}
WRONG_TYPE = {
    "animated GIF": ("image/gif", encoded(photo("P"), "GIF", save_all=True, append_images=[photo("P").rotate(90)])),
    "GIF that says it is PNG": ("image/png", encoded(photo("P"), "GIF")),
    "text": ("image/png", b"no photo"),
    "JPEG that says it is PNG": ("image/png", encoded(photo("RGB"), "JPEG")),
    "nothing": ("image/jpeg", b""),
    "no type": (None, encoded(photo("RGB"))),
}


@pytest.fixture(scope="module")
def decoders():
    with closing(Decoders()) as running:
        yield running


@pytest.fixture
def send(app, owner, alive, decoders):
    """Sends a photo to a worker that decodes it in a process of its own, and makes up the rest."""

    def explain(asked: list[Asked]) -> list[Explanation | ValueError]:
        decoded = decoders((one.photo, SIZE, one.detail) for one in asked)
        made = {"attributes": {key: {"grade": 1} for key in ("oil", "wrinkle")}}
        return [one if isinstance(one, ValueError) else Explanation(made, {"oil": b"png"}) for one in decoded]

    with working_beside(app, explain):
        yield lambda kind, data: ask(owner, data, wait=10, kind=kind)


@pytest.mark.parametrize("name", GRADED)
def test_a_photo_of_any_colour_mode_is_graded(send, name):
    answer = send(*GRADED[name])
    assert answer.status_code == 200 and answer.json["status"] == "succeeded", answer.text


@pytest.mark.parametrize("name", REFUSED)
def test_a_photo_that_cannot_be_graded_is_one_422_problem_with_a_reason(send, name):
    data = REFUSED[name]
    kind = "image/heic" if data[4:8] == b"ftyp" else "image/jpeg" if data.startswith(b"\xff\xd8") else "image/png"
    answer = send(kind, data)
    assert answer.status_code == 422 and answer.content_type == "application/problem+json"
    assert answer.json["type"] == "urn:skinscore:problem:photo-rejected"
    assert len(answer.json["detail"]) > 10 and "Error" not in answer.text and answer.json["request_id"]
    assert HeatmapJob.get().photo is None


@pytest.mark.parametrize("name", WRONG_TYPE)
def test_what_is_no_photo_never_reaches_the_worker(send, name):
    answer = send(*WRONG_TYPE[name])
    assert answer.status_code == 415 and answer.json["type"].endswith("unsupported-media-type")
    assert HeatmapJob.select().count() == 0


def test_after_all_of_them_the_processes_live_and_memory_is_back(send, decoders):
    good = GRADED["colour"]
    assert send(*good).status_code == 200
    before = {one.process.pid for one in list(decoders.free.queue) if one.process}
    for data in REFUSED.values():
        list(decoders([(data, SIZE, 1)] * 4))
    assert list(decoders([(good[1], SIZE, 1)] * 8))[0].graded.shape == (SIZE, SIZE, 3)
    after = {one.process.pid for one in list(decoders.free.queue) if one.process}
    assert before <= after and all(resident(pid) < MEMORY / 8 for pid in after)


def resident(pid: int) -> int:
    """Bytes of memory that a process holds now."""
    fields = Path(f"/proc/{pid}/statm").read_text().split()
    return int(fields[1]) * 4096
