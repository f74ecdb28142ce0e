"""Photos as people send them: each is graded, or refused by one problem document; decoding happens in the worker."""

import io
import struct
import threading
import zlib

import numpy as np
import pytest
from PIL import Image

from api import jobs, worker
from api.database import database
from api.explain import Explanation
from api.tables import HeatmapJob
from training.photo import read_photo
from training.preprocess import model_input

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


GRADED = {
    "colour": ("image/png", encoded(photo("RGB"))),
    "grey": ("image/png", encoded(photo("L"))),
    "16-bit": ("image/png", encoded(photo("I;16"))),
    "transparent": ("image/png", encoded(photo("RGBA"))),
    "palette": ("image/png", encoded(photo("P"))),
    "CMYK": ("image/jpeg", encoded(photo("CMYK"), "JPEG")),
    "webp": ("image/webp", encoded(photo("RGB"), "WEBP")),
}
REFUSED = {
    "not an image behind the right first bytes": b"\x89PNG\r\n\x1a\n" + bytes(200),
    "truncated": encoded(photo("RGB"))[:2000],
    "40,000 x 40,000": huge_png(40_000),
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


def decode(photo: bytes, attributes: list[str]) -> Explanation:
    model_input(read_photo(photo), SIZE)
    return Explanation({"attributes": {key: {"grade": 1} for key in attributes}}, {})


@pytest.fixture
def send(owner):
    jobs.beat()
    stop = threading.Event()

    def run() -> None:
        worker.work(lambda job: worker.handle(job, b"p" * 32, decode), stop.is_set)
        database.close()

    thread = threading.Thread(target=run)
    thread.start()
    yield lambda kind, data: owner.ask(
        "POST", "/v1/heatmaps", data=data, content_type=kind, headers={"Prefer": "wait=10"}
    )
    stop.set()
    thread.join()


@pytest.mark.parametrize("name", GRADED)
def test_a_photo_of_any_colour_mode_is_graded(send, name):
    answer = send(*GRADED[name])
    assert answer.status_code == 200 and answer.json["status"] == "succeeded", answer.text


@pytest.mark.parametrize("name", REFUSED)
def test_a_photo_that_cannot_be_graded_is_one_422_problem_with_a_reason(send, name):
    answer = send("image/png", REFUSED[name])
    assert answer.status_code == 422 and answer.content_type == "application/problem+json"
    assert answer.json["type"] == "urn:skinscore:problem:photo-rejected"
    assert len(answer.json["detail"]) > 10 and "Error" not in answer.text and answer.json["request_id"]
    assert HeatmapJob.get().photo is None


@pytest.mark.parametrize("name", WRONG_TYPE)
def test_what_is_no_photo_never_reaches_the_worker(send, name):
    answer = send(*WRONG_TYPE[name])
    assert answer.status_code == 415 and answer.json["type"].endswith("unsupported-media-type")
    assert HeatmapJob.select().count() == 0
