"""Pictures from untrusted files: limits first, then Pillow, then upright BGR.

The header tells format and size before a pixel is decoded, so that a small file which unfolds
into gigabytes is refused at no cost. Only the raster formats in ``FORMATS`` are tried: Pillow's
others (EPS, PDF, PSD, ...) are large parsers, or start programs, for files that no camera makes.
"""

import io
import re
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pi_heif
from PIL import Image, ImageOps, UnidentifiedImageError

from fer_core.config import settings
from fer_core.errors import DecodeError, LimitError
from fer_core.files import open_input
from fer_core.imaging.kinds import HEAD_BYTES, PICTURE_SUFFIXES, describe_head
from fer_core.text import printable_name
from fer_core.types import ImageArray

#: Pillow's names of the formats that are read. MPO, two JPEGs in a file, opens as JPEG.
FORMATS: Final = ("JPEG", "PNG", "WEBP", "AVIF", "HEIF", "GIF", "BMP", "TIFF")
#: Suffixes by which pictures are recognised where the content tells nothing.
SUFFIXES: Final = PICTURE_SUFFIXES
FORMATS_TEXT: Final = "JPEG, PNG, WebP, AVIF, HEIC, GIF, BMP or TIFF"

#: Bytes of a file that are read at most.
MAX_BYTES: Final = 128 * 1024 * 1024
#: Longest side in pixels: OpenCV keeps coordinates in 16 bits in places.
MAX_SIDE: Final = 32_767

pi_heif.register_heif_opener(thumbnails=False)

# Pillow warns on stderr about large pictures and odd metadata; here the limit is an error, and
# metadata that cannot be read is left out. Its error at twice its own size limit stays in force.
warnings.filterwarnings("ignore", module=r"PIL\.")


@dataclass(frozen=True, slots=True)
class Picture:
    """A decoded picture.

    Attributes:
        bgr: (height, width, 3) uint8 BGR, upright.
        count: pictures in the file, of which this is the first.
    """

    bgr: ImageArray
    count: int = 1

    @property
    def note(self) -> str:
        """What a person should know; empty where the file holds one picture."""
        if self.count == 1:
            return ""
        return f"Only the first of {self.count:,} pictures was looked at."


def read_image(
    source: str | Path | bytes,
    *,
    max_pixels: int | None = None,
    max_bytes: int = MAX_BYTES,
    name: str = "The picture",
) -> ImageArray:
    """The first picture of a file, as ``read_picture`` gives it: (h, w, 3) uint8 BGR, upright.

    Raises:
        DecodeError: see ``read_picture``.
        LimitError: too many bytes or pixels.
    """
    return read_picture(source, max_pixels=max_pixels, max_bytes=max_bytes, name=name).bgr


def read_picture(
    source: str | Path | bytes,
    *,
    max_pixels: int | None = None,
    max_bytes: int = MAX_BYTES,
    name: str = "The picture",
) -> Picture:
    """Decode a picture, upright as its EXIF or its own properties tell.

    Alpha is composited on white. Of an animation or a document of many pages the first picture is
    taken, and the others are counted. Sixteen bits are scaled to eight over their whole range, or
    over the eight or ten bits that a measuring camera fills; 32-bit integers and floats,
    which have no range of their own, are stretched from their smallest to their largest value.
    Colour profiles are not applied.

    Args:
        source: a file's path, or its content.
        max_pixels: width times height allowed; the setting FER_MAX_PIXELS where None.
        max_bytes: size of the file allowed.
        name: what messages call a picture given as bytes; a file goes by its path.

    Raises:
        DecodeError: missing or unreadable, no picture in one of ``FORMATS``, or damaged.
        LimitError: too many bytes or pixels.
    """
    if isinstance(source, bytes):
        shown = printable_name(name)
        if not source:
            raise DecodeError(f"{shown} is empty (0 bytes); save or copy the picture again.")
        data, size = source[:max_bytes], len(source)
    else:
        shown = printable_name(source)
        file, size = open_input(source, "picture")
        with file:
            data = file.read(max_bytes)
    if size > max_bytes:
        raise LimitError(
            f"{shown} has {size:,} bytes and the limit is {max_bytes:,}; save it smaller."
        )
    limit = settings().max_pixels if max_pixels is None else max_pixels
    with _open(data, shown, limit) as image:
        return Picture(_decode(image, shown), _count(image))


def _open(data: bytes, shown: str, max_pixels: int) -> Image.Image:
    """Read the header only, and refuse what is too large."""
    try:
        image = Image.open(io.BytesIO(data), formats=FORMATS)
    except Image.DecompressionBombError as error:
        found = re.search(r"\d+", str(error))
        pixels = f"{int(found.group()):,}" if found else "too many"
        raise LimitError(_too_large(shown, f"{pixels} pixels", max_pixels)) from error
    except UnidentifiedImageError as error:
        raise DecodeError(
            f"{shown} cannot be read as a picture: its {len(data):,} bytes are "
            f"{describe_head(data[:HEAD_BYTES])}; use {FORMATS_TEXT}."
        ) from error
    except Exception as error:  # header parsers raise anything on damaged bytes
        raise _damaged(shown, "picture", error) from error
    width, height = image.size
    if width * height > max_pixels or max(width, height) > MAX_SIDE:
        size = f"{width:,} x {height:,} = {width * height:,} pixels"
        raise LimitError(_too_large(shown, size, max_pixels))
    return image


def _count(image: Image.Image) -> int:
    """Pictures of an animation or a document; what is beside a JPEG are copies for other eyes."""
    if image.format in ("JPEG", "MPO"):
        return 1
    try:
        return max(1, int(getattr(image, "n_frames", 1)))
    except Exception:  # damage behind the first picture
        return 1


def _too_large(shown: str, size: str, max_pixels: int) -> str:
    return (
        f"{shown} is too large: {size}, where {max_pixels:,} pixels and {MAX_SIDE:,} a side are "
        "allowed; scale it down or raise FER_MAX_PIXELS."
    )


def _damaged(shown: str, kind: str, error: Exception) -> DecodeError:
    reason = " ".join(str(error).split()).rstrip(".") or type(error).__name__
    return DecodeError(f"{shown} is a damaged {kind} ({reason}); save or copy it again.")


def _decode(image: Image.Image, shown: str) -> ImageArray:
    kind = f"{image.format} picture"
    try:
        image.load()
    except Exception as error:  # as above: struct.error, SyntaxError, MemoryError, ...
        raise _damaged(shown, kind, error) from error
    try:
        upright = ImageOps.exif_transpose(image)
    except Exception:  # EXIF that cannot be read does not make the picture unreadable
        upright = image
    try:
        return _to_bgr(upright)
    except Exception as error:
        raise DecodeError(
            f"{shown} has the colour mode {image.mode}, which cannot be converted; "
            "save it as an RGB picture."
        ) from error


def _to_bgr(image: Image.Image) -> ImageArray:
    """(height, width, 3) uint8 BGR of a loaded picture of any mode."""
    if image.mode.startswith("I;16"):
        values = np.asarray(image)
        most = int(values.max(initial=0))
        return _from_gray(values.astype(np.float64) / _sixteen_bit_step(most))
    if image.mode in ("I", "F"):
        with np.errstate(invalid="ignore"):  # a signalling NaN says so when it is converted
            values = np.asarray(image).astype(np.float64)
        return _from_gray(_stretched(values))
    if image.has_transparency_data:
        rgba = image.convert("RGBA")
        image = Image.new("RGBA", image.size, "white")
        image.alpha_composite(rgba)
    rgb = np.asarray(image.convert("RGB"))
    return np.ascontiguousarray(rgb[:, :, ::-1])


def _sixteen_bit_step(most: int) -> float:
    """What is one step of eight bits, where ``most`` is the highest of sixteen."""
    if most < 1 << 8:
        return 1.0
    return 1023 / 255 if most < 1 << 10 else 257.0


def _stretched(values: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> ImageArray:
    """The finite range of ``values`` mapped to 0..255; a flat picture keeps its own gray."""
    finite = np.isfinite(values)
    low, high = (values[finite].min(), values[finite].max()) if finite.any() else (0.0, 0.0)
    filled = np.where(finite, values, low)
    scaled = (filled - low) * (255 / (high - low)) if high > low else np.clip(filled, 0, 255)
    return np.asarray(np.rint(scaled), np.uint8)


def _from_gray(gray: np.ndarray[tuple[int, ...], np.dtype[np.float64]] | ImageArray) -> ImageArray:
    eight_bit = np.asarray(np.rint(gray), np.uint8)
    return np.ascontiguousarray(np.repeat(eight_bit[:, :, None], 3, axis=2))
