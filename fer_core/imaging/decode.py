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

import pi_heif
from PIL import ExifTags, Image, UnidentifiedImageError

from fer_core.config import settings
from fer_core.errors import DecodeError, LimitError
from fer_core.files import open_input
from fer_core.imaging.kinds import HEAD_BYTES, PICTURE_SUFFIXES, describe_head
from fer_core.imaging.pixels import to_bgr
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

#: Bytes of a pixel that Pillow holds, by mode; three and four channels take four.
_MODE_BYTES: Final = {"1": 1, "L": 1, "P": 1, "I;16": 2, "I;16B": 2, "I;16L": 2, "I;16N": 2}
#: Bytes of a pixel that the format's own decoder holds beside it at most: coefficients of a
#: progressive JPEG, canvases and planes of the others. Measured on pictures of one colour.
_DECODER_BYTES: Final = {"WEBP": 12, "AVIF": 8, "HEIF": 8, "GIF": 4}
_PROGRESSIVE_BYTES: Final = 6
#: BGR, as pictures are given out.
_OUT_BYTES: Final = 3

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
    over the 8, 10 or 12 bits that a measuring camera fills; 32-bit integers and floats,
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
    if (needed := memory_bytes(image)) > settings().max_picture_mb * 1_000_000:
        raise LimitError(
            f"{shown} is too large: to open its {width:,} x {height:,} pixels "
            f"({image.format}, {image.mode}) takes {needed / 1e6:,.0f} MB of memory, where "
            f"{settings().max_picture_mb:,} are allowed; scale it down or raise "
            "FER_MAX_PICTURE_MB."
        )
    return image


def memory_bytes(image: Image.Image) -> int:
    """Bytes of memory that it takes to decode an opened picture, by its header alone."""
    each = _MODE_BYTES.get(image.mode, 4) + _OUT_BYTES
    each += _DECODER_BYTES.get(image.format or "", 0)
    if image.info.get("progressive"):
        each += _PROGRESSIVE_BYTES
    return image.width * image.height * each


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


def _too_heavy(shown: str) -> str:
    return (
        f"{shown} is too large: this process may take no more memory (FER_WORKER_MB); scale it "
        "down."
    )


def _damaged(shown: str, kind: str, error: Exception) -> DecodeError:
    reason = " ".join(str(error).split()).rstrip(".") or type(error).__name__
    return DecodeError(f"{shown} is a damaged {kind} ({reason}); save or copy it again.")


def _decode(image: Image.Image, shown: str) -> ImageArray:
    kind = f"{image.format} picture"
    try:
        image.load()
    except MemoryError as error:
        raise LimitError(_too_heavy(shown)) from error
    except Exception as error:  # as above: struct.error, SyntaxError, ...
        raise _damaged(shown, kind, error) from error
    try:
        return to_bgr(image, _orientation(image))
    except MemoryError as error:
        raise LimitError(_too_heavy(shown)) from error
    except Exception as error:
        raise DecodeError(
            f"{shown} has the colour mode {image.mode}, which cannot be converted; "
            "save it as an RGB picture."
        ) from error


def _orientation(image: Image.Image) -> int:
    """1 to 8 as EXIF counts; 1 where it tells nothing, or cannot be read."""
    try:
        return int(image.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:  # EXIF that cannot be read does not make the picture unreadable
        return 1
