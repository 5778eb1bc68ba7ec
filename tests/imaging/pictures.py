"""Small pictures whose content is known, encoded in memory."""

import io
import struct
import zlib

from PIL import Image

WIDTH, HEIGHT = 12, 8


def encoded(image: Image.Image, format_: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format_, **options)
    return buffer.getvalue()


def marked() -> Image.Image:
    """Blue, with a red quarter at the upper left: shows every flip and turn."""
    image = Image.new("RGB", (WIDTH, HEIGHT), "blue")
    image.paste("red", (0, 0, WIDTH // 2, HEIGHT // 2))
    return image


def colour_png(width: int, height: int, bits: int, rows: bytes) -> bytes:
    """A PNG put together by hand: what Pillow would not write."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, 2, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(rows))
    return b"\x89PNG\r\n\x1a\n" + header + pixels + chunk(b"IEND", b"")


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds hardly any pixel data."""

    return colour_png(width, height, 8, b"\0")
