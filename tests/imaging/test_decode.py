"""Every kind of picture that people have, decoded to upright BGR."""

import struct
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from fer_core.imaging.decode import read_image
from tests.imaging.pictures import HEIGHT, WIDTH, colour_png, encoded, marked

BLUE_BGR, RED_BGR, WHITE_BGR = (255, 0, 0), (0, 0, 255), (255, 255, 255)


@pytest.mark.parametrize(
    ("format_", "options"),
    [
        ("JPEG", {"quality": 95, "subsampling": 0}),
        ("PNG", {}),
        ("WEBP", {"lossless": True}),
        ("AVIF", {"quality": 95}),
        ("GIF", {}),
        ("BMP", {}),
        ("TIFF", {}),
        ("TIFF", {"compression": "tiff_lzw"}),
    ],
)
def test_formats(format_: str, options: dict[str, object]) -> None:
    bgr = read_image(encoded(marked(), format_, **options))
    assert bgr.shape == (HEIGHT, WIDTH, 3)
    assert bgr.dtype == np.uint8
    assert bgr.flags.c_contiguous
    np.testing.assert_allclose(bgr[1, 1], RED_BGR, atol=30)
    np.testing.assert_allclose(bgr[-1, -1], BLUE_BGR, atol=30)


#: EXIF orientation -> (width, height) when upright, and the corner (row, column) of the red mark.
UPRIGHT = {
    1: ((WIDTH, HEIGHT), (0, 0)),
    2: ((WIDTH, HEIGHT), (0, -1)),
    3: ((WIDTH, HEIGHT), (-1, -1)),
    4: ((WIDTH, HEIGHT), (-1, 0)),
    5: ((HEIGHT, WIDTH), (0, 0)),
    6: ((HEIGHT, WIDTH), (0, -1)),
    7: ((HEIGHT, WIDTH), (-1, -1)),
    8: ((HEIGHT, WIDTH), (-1, 0)),
}


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", [*UPRIGHT, 0, 9])
def test_exif_orientation(format_: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    options = {"JPEG": {"quality": 95}, "WEBP": {"lossless": True}}.get(format_, {})
    bgr = read_image(encoded(marked(), format_, exif=exif, **options))
    size, corner = UPRIGHT.get(orientation, UPRIGHT[1])
    assert (bgr.shape[1], bgr.shape[0]) == size
    corners = {(r, c): bgr[r, c] for r in (0, -1) for c in (0, -1)}
    red = [place for place, pixel in corners.items() if int(pixel[2]) > int(pixel[0])]
    assert red == [corner]


def test_broken_exif_does_not_hide_the_picture() -> None:
    data = encoded(marked(), "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\xff garbage")
    assert read_image(data).shape == (HEIGHT, WIDTH, 3)


def _half_transparent() -> Image.Image:
    image = Image.new("RGBA", (WIDTH, HEIGHT), (255, 0, 0, 255))
    image.paste((0, 0, 0, 0), (0, 0, WIDTH // 2, HEIGHT))
    return image


def _palette_with_transparency() -> bytes:
    image = Image.new("P", (WIDTH, HEIGHT), 1)
    image.putpalette([0, 0, 0, 255, 0, 0])
    image.paste(0, (0, 0, WIDTH // 2, HEIGHT))
    return encoded(image, "PNG", transparency=0)


def _animation(format_: str) -> bytes:
    frames = [Image.new("RGB", (WIDTH, HEIGHT), color) for color in ("red", "blue", "blue")]
    return encoded(frames[0], format_, save_all=True, append_images=frames[1:], duration=50)


def _gray16(value: int) -> bytes:
    return encoded(Image.fromarray(np.full((HEIGHT, WIDTH), value, np.uint16)), "PNG")


def _tiff(array: np.ndarray) -> bytes:
    return encoded(Image.fromarray(array), "TIFF")


RAMP = np.linspace(-3, 7, WIDTH * HEIGHT, dtype=np.float32).reshape(HEIGHT, WIDTH)
WITH_NAN = RAMP.copy()
WITH_NAN[2, 2] = np.nan


def _signalling_nan() -> bytes:
    """As damage makes it: the kind of NaN that numpy warns about when it converts it."""
    nan, signalling = (struct.pack("<I", bits) for bits in (0x7FC00000, 0x7FA00000))
    return _tiff(WITH_NAN).replace(nan, signalling)


#: name -> (file, colour of the first pixel, colour of the last pixel), BGR
MODES: dict[str, tuple[Callable[[], bytes], tuple[int, ...], tuple[int, ...]]] = {
    "alpha on white": (lambda: encoded(_half_transparent(), "PNG"), WHITE_BGR, RED_BGR),
    "gray with alpha": (
        lambda: encoded(_half_transparent().convert("LA"), "PNG"),
        WHITE_BGR,
        (76, 76, 76),
    ),
    "palette": (lambda: encoded(marked().quantize(4), "PNG"), RED_BGR, BLUE_BGR),
    "palette with alpha": (_palette_with_transparency, WHITE_BGR, RED_BGR),
    "one bit": (lambda: encoded(Image.new("1", (9, 5), 1), "PNG"), WHITE_BGR, WHITE_BGR),
    "gray": (lambda: encoded(Image.new("L", (9, 5), 77), "JPEG"), (77,) * 3, (77,) * 3),
    "16 bits": (lambda: _gray16(257 * 100), (100,) * 3, (100,) * 3),
    "16 bits, white": (lambda: _gray16(65535), WHITE_BGR, WHITE_BGR),
    "16 bits tiff": (
        lambda: _tiff(np.full((5, 5), 257 * 19, np.uint16)),
        (19,) * 3,
        (19,) * 3,
    ),
    "32 bits": (
        lambda: _tiff((RAMP * 1e6).astype(np.int32)),
        (0,) * 3,
        WHITE_BGR,
    ),
    "float": (lambda: _tiff(RAMP), (0,) * 3, WHITE_BGR),
    "float with signalling nan": (_signalling_nan, (0,) * 3, WHITE_BGR),
    "float with nan": (lambda: _tiff(WITH_NAN), (0,) * 3, WHITE_BGR),
    "float, flat": (lambda: _tiff(np.full((5, 5), 40, np.float32)), (40,) * 3, (40,) * 3),
    "cmyk jpeg": (
        lambda: encoded(Image.new("CMYK", (16, 16), (0, 255, 255, 0)), "JPEG", quality=95),
        RED_BGR,
        RED_BGR,
    ),
    "cmyk tiff": (
        lambda: encoded(Image.new("CMYK", (9, 5), (255, 255, 0, 0)), "TIFF"),
        BLUE_BGR,
        BLUE_BGR,
    ),
    "animated gif": (lambda: _animation("GIF"), RED_BGR, RED_BGR),
    "animated webp": (lambda: _animation("WEBP"), RED_BGR, RED_BGR),
    "animated png": (lambda: _animation("PNG"), RED_BGR, RED_BGR),
    "tiff with pages": (lambda: _animation("TIFF"), RED_BGR, RED_BGR),
    "two jpegs in one": (lambda: _animation("MPO"), RED_BGR, RED_BGR),
    "1x1": (lambda: encoded(Image.new("RGB", (1, 1), "red"), "PNG"), RED_BGR, RED_BGR),
    "black webp": (
        lambda: encoded(Image.new("RGB", (16, 16)), "WEBP", lossless=True),
        (0,) * 3,
        (0,) * 3,
    ),
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("kind", MODES)
def test_modes(kind: str) -> None:
    make, first, last = MODES[kind]
    bgr = read_image(make())
    assert bgr.dtype == np.uint8
    np.testing.assert_allclose(bgr[0, 0], first, atol=12)
    np.testing.assert_allclose(bgr[-1, -1], last, atol=12)


def test_16_bit_colour_png() -> None:
    row = b"\0" + struct.pack(">3H", 65535, 32896, 0) * 4
    np.testing.assert_array_equal(read_image(colour_png(4, 1, 16, row))[0, 0], (0, 128, 255))
