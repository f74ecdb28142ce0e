"""Decode a photo file to upright 8-bit sRGB pixels, under limits; say in one sentence why not.

Orientation from EXIF; colour profiles (Display P3, CMYK) through ICC with relative colorimetric intent; transparency
over white; 16 bits by dropping the low byte; the first frame of an animation. HEIC needs the optional pillow-heif.
"""

import io
import warnings
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, UnidentifiedImageError

FORMATS = ("JPEG", "PNG", "WEBP")
MAX_PIXELS = 50_000_000
MAX_SIDE = 12_000  # px
HEIF_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1")
ACCEPTED = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF")  # how accepted files begin; HEIC is told by its brand
# GIF, BMP, TIFF twice, JPEG 2000 twice, Photoshop
OTHER_IMAGES = (b"GIF8", b"BM", b"II*\0", b"MM\0*", b"\0\0\0\x0cjP  ", b"\xff\x4f\xff\x51", b"8BPS")

ORIENTATION = 0x0112  # the EXIF tag
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


class PhotoError(ValueError):
    """A photo that cannot be graded; `slug` names the reason for machines, the text is for people."""

    def __init__(self, slug: str, sentence: str) -> None:
        super().__init__(sentence)
        self.slug = slug


def read_photo(source: str | Path | bytes) -> NDArray[np.uint8]:
    """Pixels HxWx3 of a JPEG, PNG, WebP or (with pillow-heif) HEIC photo. Raises `PhotoError`."""
    data = source if isinstance(source, bytes) else _read_file(Path(source))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a decoder's remarks help nobody: the photo is read, or refused in a sentence
        image = _open(data)
        _check_size(image.size)
        return np.asarray(to_srgb(_upright(image)), np.uint8)


def _read_file(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise PhotoError("not-found", f"there is no photo at {path}") from None
    except OSError as error:
        raise PhotoError("not-found", f"{path} cannot be read: {error.strerror}") from None
    except ValueError:  # a NUL in it
        raise PhotoError("not-found", "the photo's name is no file name") from None


def _open(data: bytes) -> Image.Image:
    formats: tuple[str, ...] = FORMATS
    if data[4:8] == b"ftyp" and data[8:12] in HEIF_BRANDS:
        _register_heif()
        formats = ("HEIF",)
    try:
        return Image.open(io.BytesIO(data), formats=formats)
    except Image.DecompressionBombError:
        raise _too_large() from None
    except UnidentifiedImageError:
        raise _unreadable(data) from None
    except (OSError, ValueError, SyntaxError):
        raise _damaged() from None


def _upright(image: Image.Image) -> Image.Image:
    try:
        image.load()
    except (OSError, ValueError, SyntaxError, EOFError, RuntimeError):  # RuntimeError: libheif's limits
        raise _damaged() from None
    # Not ImageOps.exif_transpose: it writes the whole EXIF block again and fails on any odd tag in it.
    try:
        turn = TURNS.get(image.getexif().get(ORIENTATION, 1))
    except Exception:  # Pillow's EXIF reader fails in many ways; such a photo is taken as it lies
        turn = None
    return image if turn is None else image.transpose(turn)


def _register_heif() -> None:
    try:
        from pillow_heif import register_heif_opener
    except ImportError:
        sentence = "this is an HEIC photo: run `pip install pillow-heif`, or save it as JPEG, and try again"
        raise PhotoError("heif-missing", sentence) from None
    register_heif_opener(thumbnails=False, depth_images=False, aux_images=False, decode_threads=1)


def _unreadable(data: bytes) -> PhotoError:
    container = data[4:8] == b"ftyp"
    if data.startswith(ACCEPTED) or (container and data[8:12] in HEIF_BRANDS):
        return _damaged()
    if data.startswith(OTHER_IMAGES) or (container and data[8:12] in (b"avif", b"avis")):
        return PhotoError(
            "unsupported-format", "this kind of image is not graded: take a JPEG, PNG, WebP or HEIC photo"
        )
    return PhotoError("not-an-image", "this file is no photo: take a JPEG, PNG, WebP or HEIC photo")


def _damaged() -> PhotoError:
    return PhotoError("truncated", "the photo is damaged or cut off: copy it again from the phone")


def _too_large() -> PhotoError:
    limits = f"{MAX_PIXELS // 10**6} megapixels or {MAX_SIDE:,} px a side"
    return PhotoError("too-many-pixels", f"the photo is larger than {limits}: take a smaller one")


def _check_size(size: tuple[int, int]) -> None:
    if size[0] * size[1] > MAX_PIXELS or max(size) > MAX_SIDE:
        raise _too_large()


def to_srgb(image: Image.Image) -> Image.Image:
    """8-bit RGB in sRGB, transparency laid over white."""
    profile = image.info.get("icc_profile")
    if image.mode.startswith("I"):  # 16-bit grey comes as I;16
        image = _high_byte(image)
    if image.mode in ("P", "PA", "LA", "La", "RGBa") or "transparency" in image.info:
        image = image.convert("RGBA")
    if image.mode == "RGBA":
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image).convert("RGB")
    return _through_profile(image, profile) if profile else image.convert("RGB")


def _high_byte(image: Image.Image) -> Image.Image:
    values = np.asarray(image).astype(np.int64)
    grey = Image.fromarray((values >> 8).clip(0, 255).astype(np.uint8))
    if "transparency" in image.info:  # the one 16-bit value that is clear
        grey.putalpha(Image.fromarray(np.where(values == image.info["transparency"], 0, 255).astype(np.uint8)))
    return grey


def _through_profile(image: Image.Image, profile: bytes) -> Image.Image:
    source = image if image.mode in ("RGB", "CMYK", "L") else image.convert("RGB")
    try:
        embedded = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        intent = ImageCms.Intent.RELATIVE_COLORIMETRIC
        converted = ImageCms.profileToProfile(
            source, embedded, ImageCms.createProfile("sRGB"), intent, outputMode="RGB"
        )
    except (ImageCms.PyCMSError, OSError):
        return image.convert("RGB")  # a broken profile, or one for another colour space: the pixels are all there is
    return converted if converted is not None else image.convert("RGB")
