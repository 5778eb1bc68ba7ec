"""Every kind of picture that people have, and every kind of file that is none."""

import contextlib
import io
import os
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from fer_core.errors import DecodeError, InputError, LimitError
from fer_core.files import printable_name
from fer_core.imaging.decode import SUFFIXES, read_image

WIDTH, HEIGHT = 12, 8
BLUE_BGR, RED_BGR, WHITE_BGR = (255, 0, 0), (0, 0, 255), (255, 255, 255)


def encoded(image: Image.Image, format_: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format_, **options)
    return buffer.getvalue()


def marked() -> Image.Image:
    """Blue, with a red quarter at the upper left: shows every flip and turn."""
    image = Image.new("RGB", (WIDTH, HEIGHT), "blue")
    image.paste("red", (0, 0, WIDTH // 2, HEIGHT // 2))
    return image


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds hardly any pixel data."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


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
        lambda: _tiff(np.full((5, 5), 257 * 9, np.uint16)),
        (9,) * 3,
        (9,) * 3,
    ),
    "32 bits": (
        lambda: _tiff((RAMP * 1e6).astype(np.int32)),
        (0,) * 3,
        WHITE_BGR,
    ),
    "float": (lambda: _tiff(RAMP), (0,) * 3, WHITE_BGR),
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


@pytest.mark.parametrize("kind", MODES)
def test_modes(kind: str) -> None:
    make, first, last = MODES[kind]
    bgr = read_image(make())
    assert bgr.dtype == np.uint8
    np.testing.assert_allclose(bgr[0, 0], first, atol=12)
    np.testing.assert_allclose(bgr[-1, -1], last, atol=12)


def test_16_bit_colour_png() -> None:
    """Pillow writes none, so the file is put together here: one row of three 16-bit samples."""
    raw = b"\0" + struct.pack(">3H", 65535, 32896, 0) * 4

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", 4, 1, 16, 2, 0, 0, 0)
    data = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(raw))
    bgr = read_image(data + chunk(b"IEND", b""))
    np.testing.assert_array_equal(bgr[0, 0], (0, 128, 255))


def _damaged(format_: str) -> bytes:
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    data = encoded(Image.fromarray(noise), format_)
    return data[: len(data) // 3]


PSD = b"8BPS\0\1" + bytes(6) + struct.pack(">HIIHH", 3, 4, 4, 8, 3) + bytes(60)
#: name -> (content, error, words its message must have)
BAD: dict[str, tuple[Callable[[], bytes], type[InputError], tuple[str, ...]]] = {
    "empty": (lambda: b"", DecodeError, ("empty (0 bytes)",)),
    "text": (lambda: b"Dear diary,\n", DecodeError, ("12 bytes", "b'Dear diary,\\n'", "use JPEG")),
    "html": (lambda: b"<!DOCTYPE html><html>", DecodeError, ("cannot be read as a picture",)),
    "pdf": (
        lambda: b"%PDF-1.4\n%\xe2\xe3",
        DecodeError,
        ("cannot be read as a picture", "use JPEG"),
    ),
    "eps": (lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n", DecodeError, ("cannot be read as a picture",)),
    "psd": (lambda: PSD, DecodeError, ("cannot be read as a picture",)),
    "svg": (
        lambda: b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        DecodeError,
        ("cannot be read as a picture",),
    ),
    "jpeg magic only": (lambda: b"\xff\xd8\xff\xe0", DecodeError, ("4 bytes", "use JPEG")),
    "truncated jpeg": (lambda: _damaged("JPEG"), DecodeError, ("damaged JPEG", "truncated")),
    "truncated png": (lambda: _damaged("PNG"), DecodeError, ("damaged PNG", "again")),
    "truncated gif": (lambda: _damaged("GIF"), DecodeError, ("damaged GIF", "again")),
    "truncated bmp": (lambda: _damaged("BMP"), DecodeError, ("damaged BMP", "again")),
    "truncated webp": (lambda: _damaged("WEBP"), DecodeError, ("damaged", "again")),
    "20,000 a side": (
        lambda: png_header(20_000, 20_000),
        LimitError,
        ("400,000,000 pixels", "FER_MAX_PIXELS"),
    ),
    "8,000 a side": (
        lambda: png_header(8_000, 8_000),
        LimitError,
        ("8,000 x 8,000 = 64,000,000 pixels", "50,000,000", "FER_MAX_PIXELS"),
    ),
    "a long line": (lambda: png_header(40_000, 1), LimitError, ("40,000 x 1", "32,767 a side")),
    "no pixels": (lambda: png_header(0, 0), DecodeError, ("66 bytes", "use JPEG")),
}


@pytest.mark.parametrize("kind", BAD)
def test_bad_content_is_one_sentence(kind: str, tmp_path: Path) -> None:
    make, error, words = BAD[kind]
    path = tmp_path / "holiday.jpg"
    path.write_bytes(make())
    with pytest.raises(error) as caught:
        read_image(path)
    message = str(caught.value)
    assert message.startswith(str(path))
    assert message.endswith(".")
    assert "\n" not in message
    assert [word for word in words if word in message] == list(words)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("missing.jpg", "does not exist"),
        ("folder", "is a folder"),
        ("pipe", "is a device or pipe"),
        ("nul\0.jpg", "cannot be opened"),
        ("x" * 300, "cannot be opened"),
    ],
)
def test_bad_paths(name: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(DecodeError, match=words):
        read_image(tmp_path / name)


def test_permission_denied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "secret.png"
    path.write_bytes(encoded(marked(), "PNG"))

    def refuse(self: Path, *args: object, **kwargs: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)  # chmod would not stop a test run by root
    with pytest.raises(DecodeError, match=r"secret\.png may not be read: permission denied"):
        read_image(path)


@pytest.mark.parametrize("as_bytes", [True, False])
def test_byte_limit(as_bytes: bool, tmp_path: Path) -> None:
    data = encoded(marked(), "BMP")
    path = tmp_path / "big.bmp"
    path.write_bytes(data)
    source = data if as_bytes else path
    assert read_image(source, max_bytes=len(data)).shape == (HEIGHT, WIDTH, 3)
    with pytest.raises(LimitError, match=f"has {len(data):,} bytes and the limit is"):
        read_image(source, max_bytes=len(data) - 1)


def test_pixel_limit_is_exact() -> None:
    data = encoded(marked(), "PNG")
    assert read_image(data, max_pixels=WIDTH * HEIGHT).shape == (HEIGHT, WIDTH, 3)
    with pytest.raises(LimitError, match="12 x 8 = 96 pixels"):
        read_image(data, max_pixels=WIDTH * HEIGHT - 1)


def test_bytes_have_a_name_in_messages() -> None:
    with pytest.raises(DecodeError, match=r"^The picture is empty"):
        read_image(b"")
    with pytest.raises(DecodeError, match=r"^upload\.png is empty"):
        read_image(b"", name="upload.png")


def test_suffixes_are_lower_case_with_a_dot() -> None:
    assert all(s == s.lower() and s.startswith(".") for s in SUFFIXES)


@given(st.text())
def test_printable_name_is_one_encodable_line(name: str) -> None:
    shown = printable_name(name)
    assert shown.isprintable()
    shown.encode("utf-8")


@given(st.binary(max_size=200), st.sampled_from(["JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP"]))
def test_damage_never_escapes(junk: bytes, format_: str) -> None:
    """Bytes overwritten anywhere give a picture or an InputError, nothing else."""
    data = bytearray(encoded(marked(), format_))
    place = (len(junk) * 7919) % len(data)
    data[place : place + len(junk)] = junk
    with contextlib.suppress(InputError):
        bgr = read_image(bytes(data), max_pixels=100_000)
        assert bgr.ndim == 3
        assert bgr.size > 0
