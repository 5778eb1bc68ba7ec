"""Every kind of file that is no picture, or one too many: a sentence, never a traceback."""

import contextlib
import os
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from fer_core.errors import DecodeError, InputError, LimitError
from fer_core.imaging.decode import SUFFIXES, read_image
from fer_core.text import printable_name
from tests.imaging.pictures import HEIGHT, WIDTH, encoded, marked, png_header


def _damaged(format_: str) -> bytes:
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    data = encoded(Image.fromarray(noise), format_)
    return data[: len(data) // 3]


PSD = b"8BPS\0\1" + bytes(6) + struct.pack(">HIIHH", 3, 4, 4, 8, 3) + bytes(60)
#: name -> (content, error, words its message must have)
BAD: dict[str, tuple[Callable[[], bytes], type[InputError], tuple[str, ...]]] = {
    "empty": (lambda: b"", DecodeError, ("empty (0 bytes)",)),
    "text": (lambda: b"Dear diary,\n", DecodeError, ("12 bytes are text", "use JPEG")),
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
    "9,000 a side": (
        lambda: png_header(9_000, 9_000),
        LimitError,
        ("9,000 x 9,000 = 81,000,000 pixels", "65,000,000", "FER_MAX_PIXELS"),
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
