"""A clip of a moving face, encoded once, so that a sender of it costs next to nothing."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np

from fer_core.config import PROJECT_ROOT
from fer_core.types import ImageArray

PORTRAIT = PROJECT_ROOT / "fer_core" / "assets" / "astronaut.png"
SIZE = (640, 480)
SIDE = 420
BITRATE = 1_000_000


def draw_frames(portrait: ImageArray, count: int) -> Iterator[ImageArray]:
    """``count`` frames (480, 640, 3) uint8 BGR: the portrait once along a closed path.

    The background stands still, as behind a visitor before a laptop.
    """
    width, height = SIZE
    small = cv2.resize(portrait, (16, 12), interpolation=cv2.INTER_AREA)
    background = cv2.resize(small, SIZE, interpolation=cv2.INTER_CUBIC)
    picture = cv2.resize(portrait, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    for n in range(count):
        angle = 2 * np.pi * n / count
        x = round((width - SIDE) * (0.5 + 0.4 * np.sin(angle)))
        y = round((height - SIDE) * (0.5 + 0.4 * np.sin(2 * angle)))
        frame = background.copy()
        frame[y : y + SIDE, x : x + SIDE] = picture
        yield np.asarray(frame, np.uint8)


def write_clip(path: Path, fps: int, seconds: float) -> None:
    """Write the clip as VP8 in WebM, the codec that browsers offer first."""
    portrait = np.asarray(cv2.imread(str(PORTRAIT), cv2.IMREAD_COLOR), np.uint8)
    frames = round(fps * seconds)
    with av.open(str(path), "w", format="webm") as container:
        stream = container.add_stream("libvpx", rate=fps)
        stream.width, stream.height = SIZE
        stream.pix_fmt = "yuv420p"
        stream.bit_rate = BITRATE
        # A key frame a second: the sender cannot make one when the receiver asks for it.
        stream.gop_size = fps
        stream.options = {"deadline": "realtime", "cpu-used": "-6", "lag-in-frames": "0"}
        for n, bgr in enumerate(draw_frames(portrait, frames)):
            frame = av.VideoFrame.from_ndarray(bgr, format="bgr24")
            frame.pts, frame.time_base = n, Fraction(1, fps)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def read_packets(path: Path) -> list[bytes]:
    """The encoded frames of a clip, in order."""
    with av.open(str(path)) as container:
        return [bytes(packet) for packet in container.demux(video=0) if packet.size]
