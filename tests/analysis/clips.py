"""Videos of the portrait, made at test time: several codecs, containers and oddities."""

from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np

from fer_core.types import ImageArray
from tests.e2e.browser import PORTRAIT

SIZE = (320, 240)


def face_frame(step: int, width: int = SIZE[0], height: int = SIZE[1]) -> ImageArray:
    """The portrait on grey, three pixels further right with every step; BGR."""
    portrait = cv2.imread(str(PORTRAIT), cv2.IMREAD_COLOR)
    assert portrait is not None
    bgr = np.full((height, width, 3), 110, np.uint8)
    side = min(width, height)
    left = min(3 * step, width - side)
    bgr[:side, left : left + side] = cv2.resize(
        portrait, (side, side), interpolation=cv2.INTER_AREA
    )
    return bgr


def write_video(
    path: Path,
    *,
    frames: int = 20,
    fps: int = 10,
    codec: str = "libx264",
    pix_fmt: str = "yuv420p",
    times_s: list[float] | None = None,
    rotation: int = 0,
    sound: bool = False,
    size: tuple[int, int] = SIZE,
    hdr: bool = False,
) -> Path:
    """Encode the moving portrait; ``hdr``: marked as BT.2020 with the PQ curve, as HDR10 is."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=fps)
        stream.width, stream.height, stream.pix_fmt = *size, pix_fmt
        if hdr:
            stream.codec_context.color_primaries = 9
            stream.codec_context.color_trc = 16
            stream.codec_context.colorspace = 9
        base = Fraction(1, 90_000) if times_s else Fraction(1, fps)
        stream.codec_context.time_base = base
        if rotation:
            stream.set_display_rotation(rotation)
        audio = container.add_stream("aac", rate=16_000, layout="mono") if sound else None
        for index in range(frames):
            bgr = face_frame(index, *size)
            if rotation:
                bgr = np.ascontiguousarray(np.rot90(bgr, -rotation // 90))
                bgr = cv2.resize(bgr, size)
            frame = av.VideoFrame.from_ndarray(bgr, "bgr24").reformat(format=pix_fmt)
            frame.pts = round(times_s[index] / base) if times_s else index
            frame.time_base = base
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
        if audio is not None:
            tone = np.sin(np.arange(16_000 * frames // fps) * 0.2, dtype=np.float32)[None]
            for start in range(0, tone.shape[1] - 1024, 1024):
                part = av.AudioFrame.from_ndarray(
                    np.ascontiguousarray(tone[:, start : start + 1024]), "fltp", "mono"
                )
                part.sample_rate, part.pts = 16_000, start
                container.mux(audio.encode(part))
            container.mux(audio.encode(None))
    return path


def write_size_change(path: Path) -> Path:
    """A raw H.264 stream whose second half has another size."""
    halves = []
    for number, size in enumerate((SIZE, (480, 360))):
        half = path.with_suffix(f".{number}.h264")
        write_video(half, frames=8, size=size)
        halves.append(half.read_bytes())
        half.unlink()
    path.write_bytes(b"".join(halves))
    return path


def write_sound(path: Path) -> Path:
    """Sound alone."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=16_000, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
        frame.sample_rate = 16_000
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def repeat_video(path: Path, out: Path, times: int) -> Path:
    """The video so many times in a row, without encoding it again: ten minutes in a second."""
    with av.open(str(out), "w") as target:
        stream = None
        for number in range(times):
            with av.open(str(path)) as source:
                video = source.streams.video[0]
                stream = stream or target.add_stream_from_template(video)
                packets = [packet for packet in source.demux(video) if packet.dts is not None]
                length = sum(packet.duration for packet in packets)
                for packet in packets:
                    packet.pts += number * length
                    packet.dts += number * length
                    packet.stream = stream
                    target.mux(packet)
    return out
