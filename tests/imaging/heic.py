"""HEIC files as phones write them: HEVC tiles below a grid, and how the whole is turned."""

import io
import struct

import av
import numpy as np

from fer_core.types import ImageArray


def _box(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def _full(kind: bytes, version: int, flags: int, *parts: bytes) -> bytes:
    return _box(kind, struct.pack(">I", version << 24 | flags), *parts)


def _tiles(picture: ImageArray, across: int) -> tuple[bytes, list[bytes]]:
    """The decoder's settings (a whole box) and the coded tiles, row by row."""
    high, wide = picture.shape[0] // across, picture.shape[1] // across
    held = io.BytesIO()
    with av.open(held, "w", format="mp4") as made:
        options = {"x265-params": "log-level=none:keyint=1", "crf": "12"}
        stream = made.add_stream("libx265", rate=25, options=options)
        stream.width, stream.height, stream.pix_fmt = wide, high, "yuv420p"
        for row in range(across):
            for column in range(across):
                y, x = row * high, column * wide
                tile = np.ascontiguousarray(picture[y : y + high, x : x + wide])
                made.mux(stream.encode(av.VideoFrame.from_ndarray(tile, "bgr24")))
        made.mux(stream.encode(None))
    movie = held.getvalue()
    at = movie.index(b"hvcC") - 4
    with av.open(io.BytesIO(movie)) as source:
        packets = [bytes(p) for p in source.demux(video=0) if p.size]
    return movie[at : at + struct.unpack(">I", movie[at : at + 4])[0]], packets


def heic_bytes(picture: ImageArray, *, across: int = 1, turns: int = 0) -> bytes:
    """A HEIC file of (h, w, 3) BGR; ``turns``: quarter turns counterclockwise that it asks for."""
    high, wide = picture.shape[0] // across, picture.shape[1] // across
    settings, packets = _tiles(picture, across)
    items = [(number, b"hvc1", data) for number, data in enumerate(packets, 1)]
    if across > 1:
        layout = struct.pack(">BBBBHH", 0, 0, across - 1, across - 1, wide * across, high * across)
        items.append((len(items) + 1, b"grid", layout))
    main = items[-1][0]
    sizes = [(wide, high), (wide * across, high * across)]
    properties = [settings, *(_full(b"ispe", 0, 0, struct.pack(">II", *size)) for size in sizes)]
    properties.append(_box(b"irot", bytes([turns])))
    links = b""
    for number, kind, _ in items:
        own = [0x81, 2] if kind == b"hvc1" else [3]
        own += [0x84] if number == main and turns else []
        links += struct.pack(">HB", number, len(own)) + bytes(own)
    entries = [
        _full(b"infe", 2, int(number != main), struct.pack(">HH4s", number, 0, kind), b"\0")
        for number, kind, _ in items
    ]
    refers = b""
    if across > 1:
        ids = b"".join(struct.pack(">H", number) for number in range(1, main))
        refers = _full(b"iref", 0, 0, _box(b"dimg", struct.pack(">HH", main, len(packets)), ids))

    def meta(begin: int) -> bytes:
        places = b""
        for number, _, data in items:
            places += struct.pack(">HHHHII", number, 0, 0, 1, begin, len(data))
            begin += len(data)
        return _full(
            b"meta",
            0,
            0,
            _full(b"hdlr", 0, 0, struct.pack(">I4s12x", 0, b"pict"), b"\0"),
            _full(b"pitm", 0, 0, struct.pack(">H", main)),
            _full(b"iloc", 1, 0, struct.pack(">BBH", 0x44, 0, len(items)), places),
            _full(b"iinf", 0, 0, struct.pack(">H", len(items)), *entries),
            refers,
            _box(
                b"iprp",
                _box(b"ipco", *properties),
                _full(b"ipma", 0, 0, struct.pack(">I", len(items)), links),
            ),
        )

    head = _box(b"ftyp", b"heic", struct.pack(">I", 0), b"mif1heic")
    begin = len(head) + len(meta(0)) + 8
    return head + meta(begin) + _box(b"mdat", *(data for _, _, data in items))
