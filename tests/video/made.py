"""Videos with one oddity each, made at test time."""

import struct
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from fer_core.types import ImageArray

WIDTH, HEIGHT = 96, 64
Picture = ImageArray | av.VideoFrame


def marked(step: int = 0, width: int = WIDTH, height: int = HEIGHT) -> ImageArray:
    """Grey that brightens with ``step``, the upper left quarter red, the lower left blue; BGR."""
    bgr = np.full((height, width, 3), 90 + 2 * step, np.uint8)
    bgr[: height // 2, : width // 2] = (0, 0, 200)
    bgr[height // 2 :, : width // 2] = (200, 0, 0)
    return bgr


def corners(bgr: ImageArray) -> str:
    """What stands at upper left, upper right, lower left, lower right: r, b or g(rey)."""
    height, width = bgr.shape[:2]
    found = ""
    for y, x in ((0.25, 0.25), (0.25, 0.75), (0.75, 0.25), (0.75, 0.75)):
        b, _, r = (int(v) for v in bgr[int(y * height), int(x * width)])
        found += "g" if abs(b - r) < 60 else "r" if r > b else "b"
    return found


def write(
    path: Path,
    pictures: Sequence[Picture],
    *,
    codec: str = "libx264",
    pixels: str = "yuv420p",
    times_s: Sequence[float] | None = None,
    options: dict[str, str] | None = None,
    container: dict[str, str] | None = None,
    aspect: Fraction | None = None,
    sound_s: tuple[float, float] | None = None,
    prepare: Callable[[av.VideoCodecContext], None] | None = None,
) -> Path:
    """Encode BGR pictures or ready frames, 25 a second unless ``times_s`` says when."""
    first = pictures[0]
    ready = isinstance(first, av.VideoFrame)
    height, width = (first.height, first.width) if ready else first.shape[:2]
    base = Fraction(1, 25) if times_s is None else Fraction(1, 90_000)
    with av.open(str(path), "w", container_options=container or {}) as out:
        stream = out.add_stream(codec, rate=25, options=options or {})
        stream.width, stream.height, stream.pix_fmt = width, height, pixels
        stream.codec_context.time_base = base
        if aspect is not None:
            stream.codec_context.sample_aspect_ratio = aspect
        if prepare is not None:
            prepare(stream.codec_context)
        audio = None
        if sound_s is not None:
            audio = out.add_stream("libopus" if path.suffix == ".webm" else "aac", rate=48_000)
            audio.layout = "mono"
        packets = []
        for index, picture in enumerate(pictures):
            if isinstance(picture, av.VideoFrame):
                frame = picture
            else:
                frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), "bgr24")
                frame = frame.reformat(format=pixels)
            frame.pts = index if times_s is None else round(times_s[index] / base)
            frame.time_base = base
            packets += stream.encode(frame)
        packets += stream.encode(None)
        if audio is not None and sound_s is not None:
            for start in range(int(sound_s[0] * 48_000), int(sound_s[1] * 48_000), 960):
                hum = np.sin(np.arange(start, start + 960) * 0.05).astype(np.float32)[None]
                kind = audio.codec_context.format.name
                data = hum if kind.startswith("flt") else (hum * 9000).astype(np.int16)
                part = av.AudioFrame.from_ndarray(data, kind, "mono")
                part.sample_rate, part.pts, part.time_base = 48_000, start, Fraction(1, 48_000)
                packets += audio.encode(part)
            packets += audio.encode(None)
            packets.sort(key=lambda p: float((p.dts or 0) * p.time_base))
        for packet in packets:
            out.mux(packet)
    return path


def set_matrix(path: Path, a: int, b: int, c: int, d: int) -> None:
    """Overwrite the display matrix in the track header of an MP4 with one track."""
    data = bytearray(path.read_bytes())
    at = data.index(b"tkhd") + 4
    at += 4 + (36 if data[at] == 0 else 48)
    values = (a << 16, b << 16, 0, c << 16, d << 16, 0, 0, 0, 1 << 30)
    data[at : at + 36] = struct.pack(">9i", *values)
    path.write_bytes(data)


def set_aperture(
    path: Path, width: int, height: int, right: int, down: int, *, track: int = 0
) -> None:
    """Say in an MP4, its description last, which part of a track's pictures is shown.

    Args:
        width, height: of the part.
        right, down: of its middle from the picture's middle.
        track: place of the track.
    """
    data = bytearray(path.read_bytes())
    box = struct.pack(">I4sIIIIiIiI", 40, b"clap", width, 1, height, 1, right, 1, down, 1)
    found = -1
    for _ in range(track + 1):
        found = data.index(b"trak", found + 1)
    kinds = (b"trak", b"mdia", b"minf", b"stbl", b"stsd")
    sizes = [data.index(b"moov") - 4, *(data.index(kind, found) - 4 for kind in kinds)]
    entry = sizes[-1] + 16  # behind the box's head, version, flags and count
    for at in (*sizes, entry):
        data[at : at + 4] = struct.pack(">I", struct.unpack(">I", data[at : at + 4])[0] + 40)
    data[entry + 86 : entry + 86] = box
    path.write_bytes(data)


def spoil(path: Path, share: float = 1 / 3, fill: int = 0) -> float:
    """Overwrite the content of one packet; lengths and index stay right. Its time in seconds."""
    with av.open(str(path)) as source:
        packets = [(p.pts * p.time_base, bytes(p)) for p in source.demux(video=0) if p.size]
    at_s, chosen = packets[int(len(packets) * share)]
    data = bytearray(path.read_bytes())
    at = data.index(chosen)
    data[at : at + len(chosen)] = bytes([fill]) * len(chosen)
    path.write_bytes(data)
    return float(at_s)
