"""Where live frames come from: a camera here, an address, or a file at its own speed."""

import re
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, Protocol

import av

from fer_core.config import settings
from fer_core.errors import DecodeError, InputError, LimitError
from fer_core.streaming.clock import StreamClock
from fer_core.video import VideoReader

#: Schemes of addresses, and the protocols that FFmpeg may follow from there: never to a file.
_ADDRESS: Final = re.compile(r"(?i)(rtsps?|https?|rtmp|udp|rtp|tcp)://")
_PROTOCOLS: Final = "rtsp,rtp,rtmp,udp,tcp,tls,http,https,crypto"
#: Seconds to connect, and to wait for the next bytes.
_TIMEOUT_S: Final = (10.0, 10.0)
#: Between tries to open again what broke off.
_RETRY_S: Final = (1.0, 2.0, 5.0, 10.0)
#: System -> FFmpeg's name of its cameras.
_CAMERAS: Final = {"linux": "v4l2", "darwin": "avfoundation", "win32": "dshow"}

#: A frame, the source's time in seconds since its first one, and when it came (UTC seconds).
LiveFrame = tuple[av.VideoFrame, float, float]


class Source(Protocol):
    """Frames in real time."""

    name: str

    def frames(self) -> Iterator[LiveFrame]:
        """All of them, as they come.

        Raises:
            InputError: it cannot be opened, or holds no picture.
        """
        ...


def open_source(
    video: str | None,
    camera: str | None,
    *,
    tell: Callable[[str], None] = lambda _: None,
    stop: threading.Event | None = None,
) -> Source:
    """The one source that was asked for; opened by its ``frames``.

    Args:
        video: a file, or an address (RTSP, HTTP, RTMP, UDP).
        camera: number or name of a camera; 0 where neither is given.
        tell: is told in a sentence when a live source broke off and comes back.
        stop: ends the frames.

    Raises:
        InputError: both are given, or the camera is none that this system names so.
    """
    if video is not None and camera is not None:
        raise InputError("Give a file, an address or --camera, not two of them.")
    stop = stop or threading.Event()
    if video is None:
        return _Device(*_camera(camera or "0"), tell, stop)
    if _ADDRESS.match(video):
        return _Device(video, _without_password(video), None, {}, tell, stop)
    return _File(video, stop)


def _camera(wanted: str) -> tuple[str, str, str, dict[str, str]]:
    """What FFmpeg opens, its name for people, the format, and options."""
    system = _CAMERAS.get(sys.platform)
    if system is None:
        raise InputError(f"Cameras of this system ({sys.platform}) are not known; give an address.")
    name = f"The camera {wanted}"
    if system == "v4l2":
        path = f"/dev/video{wanted}" if wanted.isdigit() else wanted
        return path, name, system, {}
    if system == "avfoundation":
        return f"{wanted}:none", name, system, {"framerate": "30"}
    if wanted.isdigit():
        raise InputError(
            f'Windows knows cameras by name: give --camera "NAME" as its settings show it. '
            f"Received: {wanted}."
        )
    return f"video={wanted}", name, system, {}


def _without_password(address: str) -> str:
    return re.sub(r"//[^/@]*@", "//", address)


class _File:
    """A file, played at its own speed."""

    def __init__(self, path: str, stop: threading.Event) -> None:
        self.name, self._path, self._stop = Path(path).name, path, stop

    def frames(self) -> Iterator[LiveFrame]:
        """As ``Source.frames``."""
        with VideoReader(self._path) as reader:
            begun_s: float | None = None
            for frame in reader:
                if begun_s is None:
                    begun_s = time.monotonic() - frame.time_s
                wait_s = begun_s + frame.time_s - time.monotonic()
                if self._stop.wait(max(0.0, wait_s)):
                    return
                yield frame.native, frame.time_s, time.time()


class _Device:
    """A camera or an address; what breaks off after its first frame is opened again."""

    def __init__(
        self,
        where: str,
        name: str,
        form: str | None,
        options: dict[str, str],
        tell: Callable[[str], None],
        stop: threading.Event,
    ) -> None:
        self.name, self._where, self._form = name, where, form
        self._options = options if form else {"protocol_whitelist": _PROTOCOLS}
        self._tell, self._stop = tell, stop

    def frames(self) -> Iterator[LiveFrame]:
        """As ``Source.frames``."""
        clock, failed, has_begun = StreamClock(), 0, False
        while not self._stop.is_set():
            try:
                with self._open() as container:
                    if failed:
                        self._tell(f"{self.name} is back.")
                    for frame in container.decode(video=0):
                        self._check(frame)
                        has_begun, failed = True, 0
                        if self._stop.is_set():
                            return
                        yield frame, clock.read(frame, time.monotonic()), time.time()
                    if self._form is None and container.duration:
                        return  # a file behind an address came to its end
                why = "it ended"
            except (av.FFmpegError, IndexError) as error:
                why = getattr(error, "strerror", None) or "it holds no video"
            if not has_begun:
                raise DecodeError(
                    f"{self.name} cannot be read ({why}); see that it is there, and that no other "
                    "program uses it."
                )
            if not failed:
                self._tell(f"{self.name} broke off ({why}); it is tried again.")
            self._stop.wait(_RETRY_S[min(failed, len(_RETRY_S) - 1)])
            failed += 1

    def _open(self) -> av.container.InputContainer:
        return av.open(self._where, format=self._form, options=self._options, timeout=_TIMEOUT_S)

    def _check(self, frame: av.VideoFrame) -> None:
        most = settings().max_pixels
        if frame.width * frame.height > most:
            raise LimitError(
                f"{self.name} gives {frame.width:,} x {frame.height:,} pixels a frame, where "
                f"{most:,} are allowed; choose a smaller size, or raise FER_MAX_PIXELS."
            )
