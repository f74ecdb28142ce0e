"""Decode a photo to upright 8-bit sRGB pixels, or say in one sentence why not.

Step 1 of the preprocessing contract: EXIF orientation, colour profile to sRGB (relative colorimetric), transparency
over white, 16 bits without their low byte, first frame.
"""

import io
import struct
import warnings
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageCms, UnidentifiedImageError

MAX_PIXELS, MAX_SIDE = 50_000_000, 12_000
UPRIGHT = {  # EXIF orientation: what undoes it
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


class PhotoError(ValueError):
    """The photo cannot be graded; the text is for the person who took it."""


def decode(path: Path) -> NDArray[np.uint8]:
    """Pixels HxWx3. Raises `PhotoError`."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise PhotoError(f"cannot read {path}: {error.strerror}") from None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # damaged metadata and large sizes: judged here, not printed
        try:
            image = Image.open(io.BytesIO(data), formats=_formats(data))
            if image.width * image.height > MAX_PIXELS or max(image.size) > MAX_SIDE:
                raise PhotoError(f"{path} is larger than {MAX_PIXELS // 10**6} megapixels: take a smaller photo")
            image.load()
        except Image.DecompressionBombError:
            raise PhotoError(f"{path} is larger than {MAX_PIXELS // 10**6} megapixels: take a smaller photo") from None
        except UnidentifiedImageError:
            raise PhotoError(f"{path} is no JPEG, PNG, WebP or HEIC photo") from None
        except PhotoError:
            raise
        except (OSError, ValueError, SyntaxError, EOFError, RuntimeError, struct.error) as error:
            raise PhotoError(f"{path} is damaged or cut off: copy it again from the phone") from error
        return np.asarray(_srgb(_upright(image)), np.uint8)


def _upright(image: Image.Image) -> Image.Image:
    # Not ImageOps.exif_transpose: it writes the whole EXIF block again and fails on any odd tag in it.
    try:
        turn = UPRIGHT.get(image.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:  # Pillow's EXIF reader fails in many ways; such a photo is taken as it lies
        turn = None
    return image if turn is None else image.transpose(turn)


def _formats(data: bytes) -> tuple[str, ...]:
    if data[4:8] != b"ftyp":
        return ("JPEG", "PNG", "WEBP")
    try:
        import pillow_heif
    except ImportError:
        raise PhotoError("this is an HEIC photo: run `pip install pillow-heif`, or save it as JPEG") from None
    pillow_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False, decode_threads=1)
    return ("HEIF",)


def _srgb(image: Image.Image) -> Image.Image:
    if image.mode[0] in "IF":
        return Image.fromarray((np.asarray(image).astype(np.int64) >> 8).clip(0, 255).astype(np.uint8)).convert("RGB")
    profile = image.info.get("icc_profile")
    if image.mode in ("P", "PA", "LA", "La", "RGBa", "RGBA") or "transparency" in image.info:
        opaque = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(opaque, image.convert("RGBA")).convert("RGB")
    if profile:
        image = _apply(profile, image if image.mode in ("RGB", "CMYK", "L") else image.convert("RGB"))
    return image.convert("RGB")


def _apply(profile: bytes, image: Image.Image) -> Image.Image:
    relative = ImageCms.Intent.RELATIVE_COLORIMETRIC
    try:
        embedded, srgb = ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB")
        return ImageCms.profileToProfile(image, embedded, srgb, relative, outputMode="RGB") or image
    except (ImageCms.PyCMSError, OSError):
        return image  # a broken profile: the pixels are all there is
