"""A loaded picture of any mode -> upright BGR, some rows at a time.

What a conversion needs on its way is then of a strip, and not several times the picture.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

import numpy as np
from PIL import Image

from fer_core.types import ImageArray

_STRIP_PIXELS: Final = 1 << 18

#: EXIF orientation -> the stored picture's own rows and columns as a view of the upright one.
_STORED: Final[dict[int, Callable[[ImageArray], ImageArray]]] = {
    2: lambda upright: upright[:, ::-1],
    3: lambda upright: upright[::-1, ::-1],
    4: lambda upright: upright[::-1],
    5: lambda upright: upright.swapaxes(0, 1),
    6: lambda upright: upright[:, ::-1].swapaxes(0, 1),
    7: lambda upright: upright.swapaxes(0, 1)[::-1, ::-1],
    8: lambda upright: upright.swapaxes(0, 1)[:, ::-1],
}


def to_bgr(image: Image.Image, orientation: int) -> ImageArray:
    """(height, width, 3) uint8 BGR, upright, of a loaded picture of any mode.

    Args:
        orientation: 1 to 8 as EXIF counts; anything else counts as 1.
    """
    width, height = image.size
    is_turned = orientation in (5, 6, 7, 8)
    upright = np.empty((width, height, 3) if is_turned else (height, width, 3), np.uint8)
    stored = _STORED[orientation](upright) if orientation in _STORED else upright
    convert = _converter(image)
    for top, strip in _strips(image):
        stored[top : top + strip.height] = convert(strip)
    return upright


def _strips(image: Image.Image) -> Iterator[tuple[int, Image.Image]]:
    """(first row, rows) from top to bottom, of about ``_STRIP_PIXELS`` each."""
    width, height = image.size
    rows = max(1, _STRIP_PIXELS // max(1, width))
    for top in range(0, height, rows):
        yield top, image.crop((0, top, width, min(height, top + rows)))


def _converter(image: Image.Image) -> Callable[[Image.Image], ImageArray]:
    """Makes (rows, width, 3) uint8 BGR of a strip; ranges are those of the whole picture."""
    if image.mode.startswith("I;16"):
        step = _sixteen_bit_step(
            max(int(np.asarray(strip).max(initial=0)) for _, strip in _strips(image))
        )
        return lambda strip: _from_gray(np.asarray(strip).astype(np.float64) / step)
    if image.mode in ("I", "F"):
        stretch = _stretcher([_finite_range(strip) for _, strip in _strips(image)])
        return lambda strip: _from_gray(stretch(_as_float(strip)))
    return _colour


def _colour(strip: Image.Image) -> ImageArray:
    if strip.has_transparency_data:
        rgba = strip.convert("RGBA")
        strip = Image.new("RGBA", strip.size, "white")
        strip.alpha_composite(rgba)
    return np.asarray(strip.convert("RGB"))[:, :, ::-1]


def _sixteen_bit_step(most: int) -> float:
    """What is one step of eight bits, where ``most`` is the highest of sixteen."""
    if most < 1 << 8:
        return 1.0
    filled = next((bits for bits in (10, 12) if most < 1 << bits), 16)
    return ((1 << filled) - 1) / 255


_Floats = np.ndarray[tuple[int, ...], np.dtype[np.float64]]


def _as_float(strip: Image.Image) -> _Floats:
    with np.errstate(invalid="ignore"):  # a signalling NaN says so when it is converted
        return np.asarray(strip).astype(np.float64)


def _finite_range(strip: Image.Image) -> tuple[float, float] | None:
    """Lowest and highest finite value; None where there is none."""
    values = _as_float(strip)
    values = values[np.isfinite(values)]
    return (float(values.min()), float(values.max())) if values.size else None


def _stretcher(ranges: Sequence[tuple[float, float] | None]) -> Callable[[_Floats], ImageArray]:
    """Maps the finite range of a picture to 0..255; a flat picture keeps its own gray."""
    found = [one for one in ranges if one is not None] or [(0.0, 0.0)]
    low, high = min(low for low, _ in found), max(high for _, high in found)

    def stretch(values: _Floats) -> ImageArray:
        filled = np.where(np.isfinite(values), values, low)
        scaled = (filled - low) * (255 / (high - low)) if high > low else np.clip(filled, 0, 255)
        return np.asarray(np.rint(scaled), np.uint8)

    return stretch


def _from_gray(gray: _Floats | ImageArray) -> ImageArray:
    eight_bit = np.asarray(np.rint(gray), np.uint8)
    return np.repeat(eight_bit[:, :, None], 3, axis=2)
