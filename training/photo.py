"""Decode a photo file to upright 8-bit sRGB pixels, under limits; say in one sentence why not.

Orientation from EXIF; colour profiles (Display P3, CMYK) through ICC with relative colorimetric intent; transparency
over white; 16 bits by dropping the low byte; the first frame of an animation. HEIC needs the optional pillow-heif.
"""

import io
import warnings
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

FORMATS = ("JPEG", "PNG", "WEBP")
MAX_PIXELS = 50_000_000
MAX_SIDE = 12_000  # px
HEIF_BRANDS = (b"heic", b"heix", b"mif1", b"msf1", b"hevc")


class PhotoError(ValueError):
    """A photo that cannot be graded; `slug` names the reason for machines, the text is for people."""

    def __init__(self, slug: str, sentence: str) -> None:
        super().__init__(sentence)
        self.slug = slug


def read_photo(source: str | Path | bytes) -> NDArray[np.uint8]:
    """Pixels HxWx3 of a JPEG, PNG, WebP or (with pillow-heif) HEIC photo. Raises `PhotoError`."""
    data = source if isinstance(source, bytes) else _read_file(Path(source))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our own limit below is the tighter one
        image = _open(data)
        _check_size(image.size)
        try:
            image.load()
        except (OSError, ValueError, SyntaxError, EOFError):
            raise PhotoError("truncated", "the photo is damaged or cut off: copy it again from the phone") from None
    return np.asarray(to_srgb(ImageOps.exif_transpose(image)), np.uint8)


def _read_file(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise PhotoError("not-found", f"there is no photo at {path}") from None
    except OSError as error:
        raise PhotoError("not-found", f"{path} cannot be read: {error.strerror}") from None


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
        raise PhotoError("truncated", "the photo is damaged or cut off: copy it again from the phone") from None


def _register_heif() -> None:
    try:
        from pillow_heif import register_heif_opener
    except ImportError:
        sentence = "this is an HEIC photo: run `pip install pillow-heif`, or save it as JPEG, and try again"
        raise PhotoError("heif-missing", sentence) from None
    register_heif_opener(thumbnails=False, depth_images=False, aux_images=False, decode_threads=1)


def _unreadable(data: bytes) -> PhotoError:
    if data[:6] in (b"GIF87a", b"GIF89a") or data[:2] == b"BM" or data[:4] in (b"II*\0", b"MM\0*"):
        return PhotoError(
            "unsupported-format", "this kind of image is not graded: take a JPEG, PNG, WebP or HEIC photo"
        )
    return PhotoError("not-an-image", "this file is no photo: take a JPEG, PNG, WebP or HEIC photo")


def _too_large() -> PhotoError:
    return PhotoError(
        "too-many-pixels", f"the photo is larger than {MAX_PIXELS // 10**6} megapixels: take a smaller one"
    )


def _check_size(size: tuple[int, int]) -> None:
    if size[0] * size[1] > MAX_PIXELS or max(size) > MAX_SIDE:
        raise _too_large()


def to_srgb(image: Image.Image) -> Image.Image:
    """8-bit RGB in sRGB, transparency laid over white."""
    if image.mode.startswith(("I", "F")):  # 16-bit grey comes as I;16 or I
        high = (np.asarray(image).astype(np.int64) >> 8).clip(0, 255).astype(np.uint8)
        return Image.fromarray(high).convert("RGB")
    profile = image.info.get("icc_profile")
    if image.mode in ("P", "PA", "LA", "La", "RGBa") or "transparency" in image.info:
        image = image.convert("RGBA")
    if image.mode == "RGBA":
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image).convert("RGB")
    return _through_profile(image, profile) if profile else image.convert("RGB")


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
