"""Two aiortc peers in one process, joined over loopback without any ICE server."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction

import av
import numpy as np
from aiortc import MediaStreamTrack, RTCConfiguration, RTCPeerConnection
from aiortc.contrib.media import MediaRelay
from aiortc.mediastreams import MediaStreamError

from bench.tracks import send_back

SIZE = (320, 240)
GREY = 120


def draw_planes(count: int) -> np.ndarray:
    """Grey with a moving bright stripe, as planar YUV (h * 3 / 2, w) uint8."""
    width, height = SIZE
    planes = np.full((height * 3 // 2, width), 128, np.uint8)
    planes[:height] = GREY
    planes[height - 16 : height, (count * 4) % (width - 16) :][:, :16] = 220
    return planes


class CameraTrack(MediaStreamTrack):
    """A synthetic camera in real time; ``draw`` gives the planes of each frame."""

    kind = "video"

    def __init__(self, fps: float, draw: Callable[[int], np.ndarray]) -> None:
        super().__init__()
        self._fps = fps
        self._draw = draw
        self._count = 0
        self._start_s: float | None = None

    async def recv(self) -> av.VideoFrame:
        if self.readyState != "live":
            raise MediaStreamError
        now_s = time.monotonic()
        self._start_s = now_s if self._start_s is None else self._start_s
        due_s = self._start_s + self._count / self._fps
        await asyncio.sleep(max(0.0, due_s - now_s))
        frame = av.VideoFrame.from_ndarray(self._draw(self._count), format="yuv420p")
        frame.pts = round(self._count / self._fps * 90000)
        frame.time_base = Fraction(1, 90000)
        self._count += 1
        return frame


@dataclass
class Received:
    """What came back to the visitor."""

    frames: list[av.VideoFrame] = field(default_factory=list)
    times_s: list[float] = field(default_factory=list)

    def fps(self, last_s: float = 2.0) -> float:
        """Frames a second over the last seconds."""
        times = [t for t in self.times_s if t > self.times_s[-1] - last_s]
        return (len(times) - 1) / (times[-1] - times[0])


async def stream(
    callback: Callable[[av.VideoFrame], av.VideoFrame],
    is_enough: Callable[[Received], bool],
    *,
    fps: float = 30.0,
    draw: Callable[[int], np.ndarray] = draw_planes,
    timeout_s: float = 9.0,
) -> Received:
    """Send a camera through ``callback`` on a server peer and collect what comes back."""
    visitor = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    server = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    relay, received = MediaRelay(), Received()
    readers: list[asyncio.Task[None]] = []

    send_back(server, relay, callback)

    async def read(track: MediaStreamTrack) -> None:
        try:
            while True:
                frame = await track.recv()
                assert isinstance(frame, av.VideoFrame)
                received.frames.append(frame)
                received.times_s.append(time.monotonic())
        except MediaStreamError:
            pass

    @visitor.on("track")
    def on_visitor_track(track: MediaStreamTrack) -> None:
        readers.append(asyncio.ensure_future(read(track)))

    camera = CameraTrack(fps, draw)
    try:
        visitor.addTrack(camera)
        await visitor.setLocalDescription(await visitor.createOffer())
        await server.setRemoteDescription(visitor.localDescription)
        await server.setLocalDescription(await server.createAnswer())
        await visitor.setRemoteDescription(server.localDescription)
        end_s = time.monotonic() + timeout_s
        while time.monotonic() < end_s and not (received.frames and is_enough(received)):
            await asyncio.sleep(0.02)
    finally:
        camera.stop()
        for reader in readers:
            reader.cancel()
        await asyncio.gather(visitor.close(), server.close())
    return received
