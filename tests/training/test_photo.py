"""Decoding photos: every odd kind of file either becomes upright sRGB pixels or one clear sentence."""

import io
import struct
import time
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


def png(width: int, height: int, rows: bytes = b"\0" * 100, depth: int = 8, kind: int = 2, *more: bytes) -> bytes:
    ihdr = b"IHDR" + struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0)
    idat = b"IDAT" + zlib.compress(rows)
    every = (ihdr, *more, idat, b"IEND")
    chunks = [struct.pack(">I", len(c) - 4) + c + struct.pack(">I", zlib.crc32(c)) for c in every]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def sixteen_bit(pixel: tuple[int, ...], kind: int, *more: bytes) -> bytes:
    row = b"\0" + struct.pack(f">{len(pixel)}H", *pixel) * 8
    return png(8, 8, row * 8, 16, kind, *more)


def icc(space: bytes, connection: bytes, tags: dict[bytes, bytes]) -> bytes:
    table, body, start = struct.pack(">I", len(tags)), b"", 128 + 4 + 12 * len(tags)
    for name, value in tags.items():
        table += name + struct.pack(">II", start + len(body), len(value))
        body += value + bytes(-len(value) % 4)
    size = struct.pack(">I", start + len(body))
    head = size + bytes(4) + b"\x04\0\0\0" + (b"prtr" if space == b"CMYK" else b"mntr") + space + connection
    head = head.ljust(36, b"\0") + b"acsp"
    white = struct.pack(">3i", 63190, 65536, 54061)  # D50, in units of 1/65536
    return head.ljust(68, b"\0") + white + bytes(48) + table + body


SRGB_TO_XYZ = np.array([[0.43607, 0.38515, 0.14307], [0.22249, 0.71687, 0.06061], [0.01392, 0.09708, 0.71410]])  # D50
P3_TO_XYZ = np.array([[0.51512, 0.29198, 0.15710], [0.24120, 0.69225, 0.06657], [-0.00105, 0.04189, 0.78407]])


def display_p3() -> bytes:
    curve = b"para" + bytes(4) + struct.pack(">HH5i", 3, 0, *(round(v * 65536) for v in (2.4, *SRGB_CURVE)))
    columns = {
        name + b"XYZ": b"XYZ " + bytes(4) + struct.pack(">3i", *(round(v * 65536) for v in column))
        for name, column in zip((b"r", b"g", b"b"), P3_TO_XYZ.T, strict=True)
    }
    return icc(b"RGB ", b"XYZ ", columns | {name + b"TRC": curve for name in (b"r", b"g", b"b")})


SRGB_CURVE = (1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)


def in_srgb(p3: tuple[int, int, int]) -> np.ndarray:
    v = np.array(p3) / 255
    linear = np.where(v > 0.04045, ((v + 0.055) / 1.055) ** 2.4, v / 12.92)
    out = np.clip(np.linalg.inv(SRGB_TO_XYZ) @ P3_TO_XYZ @ linear, 0, 1)
    return 255 * np.where(out > 0.0031308, 1.055 * out ** (1 / 2.4) - 0.055, 12.92 * out)


def grey_inks() -> bytes:
    """A CMYK profile in which every ink is grey: lightness falls by a third with each of C, M, Y, to 0 with K."""
    ramp = bytes(range(256))
    corners = [
        (round(255 * (1 - k) * (1 - (c + m + y) / 3)), 128, 128)
        for c in (0, 1)
        for m in (0, 1)
        for y in (0, 1)
        for k in (0, 1)
    ]
    identity = struct.pack(">9i", *(65536 * (i % 4 == 0) for i in range(9)))
    clut = bytes(value for corner in corners for value in corner)
    lut = b"mft1" + bytes(4) + bytes((4, 3, 2, 0)) + identity + ramp * 4 + clut + ramp * 3
    return icc(b"CMYK", b"Lab ", {b"A2B0": lut})


NOISE = Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8))
REFUSED = {
    "empty": (b"", "not-an-image"),
    "text": (b"hello, this is no photo", "not-an-image"),
    "truncated JPEG": (encoded(NOISE, "JPEG")[:1500], "truncated"),
    "truncated PNG": (encoded(NOISE, "PNG")[:3000], "truncated"),
    "40,000 x 40,000 PNG": (png(40_000, 40_000), "too-many-pixels"),
    "30,000 x 10 PNG": (png(30_000, 10), "too-many-pixels"),
    "cut in the PNG's header": (encoded(NOISE, "PNG")[:20], "truncated"),
    "truncated WebP": (encoded(NOISE, "WEBP")[:1500], "truncated"),
    "50 megapixels and a little": (png(7100, 7100), "too-many-pixels"),
    "GIF": (encoded(NOISE, "GIF"), "unsupported-format"),
    "animated GIF": (encoded(NOISE, "GIF", save_all=True, append_images=[NOISE.rotate(90)]), "unsupported-format"),
    "AVIF": (b"\0\0\0\x18ftypavif" + bytes(64), "unsupported-format"),
    "TIFF": (encoded(NOISE, "TIFF"), "unsupported-format"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_photo_is_refused_in_one_sentence(name):
    data, slug = REFUSED[name]
    with pytest.raises(PhotoError) as refused:
        read_photo(data)
    assert refused.value.slug == slug
    assert "\n" not in str(refused.value) and "Error" not in str(refused.value)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photo_cut_anywhere_is_refused(kind):
    data = encoded(NOISE, kind)
    for length in range(0, len(data) - 24, len(data) // 40):  # a PNG without its last 20 bytes has every pixel still
        with pytest.raises(PhotoError):
            read_photo(data[:length])


def test_a_huge_photo_is_refused_from_its_header():
    bomb = png(12_000, 4_300, bytes(12_000 * 3 * 50))  # 51.6 megapixels, the first rows of them present
    start = time.perf_counter()
    with pytest.raises(PhotoError, match="50 megapixels or 12,000 px"):
        read_photo(bomb)
    assert time.perf_counter() - start < 0.1


@pytest.mark.parametrize("name", ["", "a\0b.jpg", "a" * 5000])
def test_a_name_that_is_no_file_is_refused(name):
    with pytest.raises(PhotoError) as refused:
        read_photo(name)
    assert refused.value.slug == "not-found"


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


ODD_EXIF = {
    "no TIFF header": b"Exif\0\0XX*\0\x08\0\0\0",
    "cut off": b"Exif\0\0II*\0\xff\xff\xff\xff",
    "a tag beyond the end": b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x05\0\x01\0\0\0\xff\0\0\0\0\0",
}


@pytest.mark.parametrize("name", ODD_EXIF)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_damaged_exif_block_spoils_no_photo(kind, name):
    assert read_photo(encoded(NOISE, kind, exif=ODD_EXIF[name])).shape == (64, 64, 3)


def test_a_photo_is_turned_although_another_exif_tag_is_odd():
    # Two tags: the maker (0x010F) as a whole number where text belongs, and the orientation, 6.
    tags = struct.pack("<HHIHH", 0x010F, 3, 1, 7, 0) + struct.pack("<HHIHH", 0x0112, 3, 1, 6, 0)
    exif = b"Exif\0\0II*\0\x08\0\0\0\x02\0" + tags + bytes(4)
    assert read_photo(encoded(Image.fromarray(CORNERS), "PNG", exif=exif)).shape == (60, 40, 3)


def test_transparency_lies_over_white():
    clear = np.dstack([CORNERS, np.zeros((40, 60), np.uint8)])
    assert (read_photo(encoded(Image.fromarray(clear), "PNG")) == 255).all()


@pytest.mark.parametrize(
    ("data", "pixel"),
    [
        (sixteen_bit((0x12FF,), 0), (0x12, 0x12, 0x12)),
        (sixteen_bit((0x12FF, 0x34F0, 0xABCD), 2), (0x12, 0x34, 0xAB)),
        (sixteen_bit((0x12FF, 0x34F0, 0xABCD, 0xFFFF), 6), (0x12, 0x34, 0xAB)),
        (sixteen_bit((0x12FF, 0x34F0, 0xABCD, 0), 6), (255, 255, 255)),
        (sixteen_bit((0x12FF, 0), 4), (255, 255, 255)),
        (sixteen_bit((0x12FF,), 0, b"tRNS\x12\xff"), (255, 255, 255)),
    ],
    ids=["grey", "RGB", "opaque RGBA", "clear RGBA", "clear grey and alpha", "clear grey by key"],
)
def test_sixteen_bits_lose_the_low_byte(data, pixel):
    assert (read_photo(data) == pixel).all()


@pytest.mark.parametrize("mode", ["L", "P", "LA", "1", "CMYK"])
def test_other_modes_become_rgb(mode):
    kind = "JPEG" if mode == "CMYK" else "PNG"
    pixels = read_photo(encoded(NOISE.convert(mode), kind))
    assert pixels.shape == (64, 64, 3) and pixels.dtype == np.uint8


@pytest.mark.parametrize("colour", [(200, 120, 90), (230, 190, 170), (255, 0, 0), (90, 60, 50)])
def test_display_p3_becomes_srgb(colour):
    photo = read_photo(encoded(Image.new("RGB", (8, 8), colour), "PNG", icc_profile=display_p3()))
    assert np.abs(photo[0, 0] - in_srgb(colour)).max() <= 2


def test_cmyk_goes_through_its_profile():
    cyan = Image.new("CMYK", (16, 16), (255, 0, 0, 0))
    photo = read_photo(encoded(cyan, "JPEG", quality=100, icc_profile=grey_inks()))
    grey = 162  # L* = 66.7 in sRGB
    assert np.abs(photo.astype(int) - grey).max() <= 3
    assert np.abs(read_photo(encoded(cyan, "JPEG", quality=100)) - [0, 255, 255]).max() <= 3


def test_an_srgb_profile_changes_nothing():
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    photo = read_photo(encoded(NOISE, "PNG", icc_profile=srgb))
    assert np.abs(photo.astype(int) - np.asarray(NOISE)).max() <= 1


@pytest.mark.parametrize("profile", [b"no profile at all", ImageCms.createProfile("LAB")], ids=["broken", "for Lab"])
def test_a_profile_that_does_not_fit_is_ignored(profile):
    held = profile if isinstance(profile, bytes) else ImageCms.ImageCmsProfile(profile).tobytes()
    assert np.array_equal(read_photo(encoded(NOISE, "PNG", icc_profile=held)), np.asarray(NOISE))


@pytest.mark.parametrize(("kind", "options"), [("WEBP", {"lossless": True}), ("PNG", {})])
def test_an_animation_gives_its_first_frame(kind, options):
    first, second = Image.new("RGB", (64, 64), "blue"), Image.new("RGB", (64, 64), "red")
    data = encoded(first, kind, save_all=True, append_images=[second], **options)
    assert (read_photo(data) == (0, 0, 255)).all()


def test_heic_without_the_extra_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pillow_heif", None)
    with pytest.raises(PhotoError, match="pip install pillow-heif") as refused:
        read_photo(b"\0\0\0\x18ftypheic" + bytes(64))
    assert refused.value.slug == "heif-missing"


def test_heic_is_read_with_the_extra():
    pillow_heif = pytest.importorskip("pillow_heif", reason="pillow-heif, an optional extra, is not installed")
    pillow_heif.register_heif_opener()
    data = encoded(Image.fromarray(CORNERS), "HEIF", quality=100)
    assert np.abs(read_photo(data).astype(int) - CORNERS).mean() < 3
    with pytest.raises(PhotoError) as refused:
        read_photo(data[: len(data) // 2])
    assert refused.value.slug == "truncated"
