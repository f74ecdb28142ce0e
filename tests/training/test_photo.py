"""Decoding photos: every odd kind of file either becomes upright sRGB pixels or one clear sentence."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image, ImageCms

from training.photo import PhotoError, read_photo

CORNERS = np.zeros((40, 60, 3), np.uint8)
CORNERS[:20, :30] = (250, 10, 10)
CORNERS[20:, 30:] = (10, 10, 250)


def encoded(image: Image.Image, kind: str, **options) -> bytes:
    held = io.BytesIO()
    image.save(held, kind, **options)
    return held.getvalue()


def png_header(width: int, height: int) -> bytes:
    ihdr = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    idat = b"IDAT" + zlib.compress(b"\0" * 100)
    chunks = [struct.pack(">I", len(c) - 4) + c + struct.pack(">I", zlib.crc32(c)) for c in (ihdr, idat, b"IEND")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


NOISE = Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8))
REFUSED = {
    "empty": (b"", "not-an-image"),
    "text": (b"hello, this is no photo", "not-an-image"),
    "truncated JPEG": (encoded(NOISE, "JPEG")[:1500], "truncated"),
    "truncated PNG": (encoded(NOISE, "PNG")[:3000], "truncated"),
    "40,000 x 40,000 PNG": (png_header(40_000, 40_000), "too-many-pixels"),
    "30,000 x 10 PNG": (png_header(30_000, 10), "too-many-pixels"),
    "GIF": (encoded(NOISE, "GIF"), "unsupported-format"),
    "TIFF": (encoded(NOISE, "TIFF"), "unsupported-format"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_photo_is_refused_in_one_sentence(name):
    data, slug = REFUSED[name]
    with pytest.raises(PhotoError) as refused:
        read_photo(data)
    assert refused.value.slug == slug
    assert "\n" not in str(refused.value) and "Error" not in str(refused.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(PhotoError, match="there is no photo at"):
        read_photo(tmp_path / "nothing.jpg")


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_exif_orientation_lands_upright(orientation):
    undo = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # Pillow's transpose that stores the photo so
    image = Image.fromarray(CORNERS)
    stored = image.transpose(undo[orientation]) if orientation > 1 else image
    exif = Image.Exif()
    exif[0x0112] = orientation
    assert np.array_equal(read_photo(encoded(stored, "PNG", exif=exif)), CORNERS)


def test_transparency_lies_over_white():
    clear = np.dstack([CORNERS, np.zeros((40, 60), np.uint8)])
    assert (read_photo(encoded(Image.fromarray(clear), "PNG")) == 255).all()


def test_sixteen_bits_lose_the_low_byte():
    wide = np.full((8, 8), 0x12FF, np.uint16)
    assert (read_photo(encoded(Image.fromarray(wide), "PNG")) == 0x12).all()


@pytest.mark.parametrize("mode", ["L", "P", "LA", "1", "CMYK"])
def test_other_modes_become_rgb(mode):
    kind = "JPEG" if mode == "CMYK" else "PNG"
    pixels = read_photo(encoded(NOISE.convert(mode), kind))
    assert pixels.shape == (64, 64, 3) and pixels.dtype == np.uint8


def test_a_colour_profile_is_applied():
    linear = ImageCms.ImageCmsProfile(ImageCms.createProfile("XYZ")).tobytes()
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    plain = read_photo(encoded(NOISE, "PNG", icc_profile=srgb))
    assert np.abs(plain.astype(int) - np.asarray(NOISE)).max() <= 1
    assert read_photo(encoded(NOISE, "PNG", icc_profile=linear)).shape == (64, 64, 3)


def test_an_animated_webp_gives_its_first_frame():
    second = Image.new("RGB", (64, 64), "red")
    first = Image.new("RGB", (64, 64), "blue")
    data = encoded(first, "WEBP", save_all=True, append_images=[second], lossless=True)
    assert tuple(read_photo(data)[0, 0]) == (0, 0, 255)


def test_heic_without_the_extra_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pillow_heif", None)
    with pytest.raises(PhotoError, match="pip install pillow-heif"):
        read_photo(b"\0\0\0\x18ftypheic" + bytes(64))
