"""The part of a picture that a file says is to be shown.

FFmpeg leaves cutting to the player. The clean aperture of MP4 and MOV is ISO/IEC 14496-12,
section 12.1.4; for Matroska see ``pixel_crop``.
"""

import struct
from collections.abc import Iterator
from typing import BinaryIO, Final

from fer_core.video.parts import Aperture, part_within
from fer_core.video.pixel_crop import MAGIC, read_pixel_crop

_PATH: Final = (b"mdia", b"minf", b"stbl", b"stsd")
#: Bytes before the boxes inside a list of samples' kinds, and inside a picture's kind.
_LIST_HEAD, _KIND_HEAD = 8, 78
#: A file's description is never that large; a damaged length is.
_MOST_BYTES: Final = 64 * 1024 * 1024


def read_aperture(file: BinaryIO, *, number: int, place: int) -> Aperture | None:
    """The aperture of one track; None where all of its pictures is shown.

    Args:
        file: stands afterwards where it stood.
        number: of the track, as MP4 and MOV give it (ISO/IEC 14496-12, 8.3.2).
        place: of the track among those with pictures, from 0, by which Matroska's are found.
    """
    before = file.tell()
    try:
        file.seek(0)
        if file.read(len(MAGIC)) == MAGIC:
            file.seek(0)
            return read_pixel_crop(file, place)
        file.seek(0)
        moov = _find_moov(file)
    except (OSError, OverflowError, ValueError):  # a damaged length, beyond any file
        return None
    finally:
        file.seek(before)
    if moov is None:
        return None
    tracks = (body for kind, body in _boxes(moov) if kind == b"trak")
    for entry in _entries([one for one in tracks if _number_of(one) == number]):
        if len(entry) < _KIND_HEAD:
            continue
        stored = struct.unpack(">HH", entry[24:28])
        for kind, body in _boxes(entry[_KIND_HEAD:]):
            if kind == b"clap" and len(body) >= 32:
                return _part(stored, struct.unpack(">IIIIiIiI", body[:32]))
    return None


def _find_moov(file: BinaryIO) -> bytes | None:
    while len(head := file.read(8)) == 8:
        size, kind = struct.unpack(">I4s", head)
        used = 8
        if size == 1:
            size, used = int.from_bytes(file.read(8)), 16
        if size < used or not kind.isalnum():
            return None
        if kind == b"moov":
            return file.read(min(size - used, _MOST_BYTES))
        file.seek(size - used, 1)
    return None


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at + 8 <= len(data):
        size, kind = struct.unpack(">I4s", data[at : at + 8])
        if size < 8:
            return
        yield kind, data[at + 8 : at + size]
        at += size


def _number_of(track: bytes) -> int | None:
    for kind, body in _boxes(track):
        if kind == b"tkhd" and len(body) >= 24:
            at = 20 if body[0] == 1 else 12  # behind two times of eight bytes each, or of four
            return int(struct.unpack(">I", body[at : at + 4])[0])
    return None


def _entries(found: list[bytes]) -> Iterator[bytes]:
    for wanted in _PATH:
        found = [body for data in found for kind, body in _boxes(data) if kind == wanted]
    for table in found:
        for _, entry in _boxes(table[_LIST_HEAD:]):
            yield entry


def _part(stored: tuple[int, ...], values: tuple[int, ...]) -> Aperture | None:
    """Width, height and the offsets of the middle, each as a fraction, as whole pixels."""
    if not all(values[1::2]):
        return None
    wide, high, right, down = (n / d for n, d in zip(values[::2], values[1::2], strict=True))
    width, height = round(wide), round(high)
    left = round((stored[0] - wide) / 2 + right)
    top = round((stored[1] - high) / 2 + down)
    return part_within((stored[0], stored[1]), (left, top, width, height))
