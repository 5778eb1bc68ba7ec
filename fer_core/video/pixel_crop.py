"""The borders that a Matroska or WebM file does not want shown: RFC 9559, 5.1.4.1.28."""

import io
from collections.abc import Iterator
from typing import BinaryIO, Final

from fer_core.video.parts import Aperture, part_within

MAGIC: Final = b"\x1a\x45\xdf\xa3"
_SEGMENT, _TRACKS, _CLUSTER = 0x18538067, 0x1654AE6B, 0x1F43B675
_ENTRY, _VIDEO = 0xAE, 0xE0
_WIDTH, _HEIGHT = 0xB0, 0xBA
_LEFT, _TOP, _RIGHT, _BOTTOM = 0x54CC, 0x54BB, 0x54DD, 0x54AA
#: Tracks are described in less; a damaged length is more.
_MOST_BYTES: Final = 16 * 1024 * 1024
_MOST_ELEMENTS: Final = 1000


def read_pixel_crop(file: BinaryIO, place: int = 0) -> Aperture | None:
    """What is left of the pictures of a video track, by its place among those; None where all of
    it is shown."""
    for _, entry in _elements(_find_tracks(file), _ENTRY):
        for _, video in _elements(entry, _VIDEO):
            if place:
                place -= 1
                continue
            found = {kind: int.from_bytes(body) for kind, body in _elements(video)}
            size = found.get(_WIDTH, 0), found.get(_HEIGHT, 0)
            left, top = found.get(_LEFT, 0), found.get(_TOP, 0)
            width = size[0] - left - found.get(_RIGHT, 0)
            height = size[1] - top - found.get(_BOTTOM, 0)
            return part_within(size, (left, top, width, height))
    return None


def _find_tracks(file: BinaryIO) -> bytes:
    for _ in range(_MOST_ELEMENTS):
        kind, size = _number(file, keep_mark=True), _number(file, keep_mark=False)
        if kind is None or size is None or kind == _CLUSTER:
            return b""
        if kind == _TRACKS:
            return file.read(min(size, _MOST_BYTES))
        if kind != _SEGMENT:  # what lies inside the segment comes next
            file.seek(size, 1)
    return b""


def _number(file: BinaryIO, *, keep_mark: bool) -> int | None:
    """A number whose first byte tells its length (RFC 8794, section 4); None at the end."""
    first = file.read(1)
    if not first or not first[0]:
        return None
    length = 9 - first[0].bit_length()
    rest = file.read(length - 1)
    if len(rest) < length - 1:
        return None
    value = int.from_bytes(first + rest)
    return value if keep_mark else value & ((1 << 7 * length) - 1)


def _elements(data: bytes, wanted: int | None = None) -> Iterator[tuple[int, bytes]]:
    file = io.BytesIO(data)
    while True:
        kind, size = _number(file, keep_mark=True), _number(file, keep_mark=False)
        if kind is None or size is None:
            return
        body = file.read(size)
        if wanted in (None, kind):
            yield kind, body
