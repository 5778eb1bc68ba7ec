"""Writing a video picture by picture: training clips, annotated copies, test files."""

from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import av
import cv2
import numpy as np

from fer_core.errors import InputError
from fer_core.text import printable_name
from fer_core.types import ImageArray

_TIME_BASE: Final = Fraction(1, 90_000)

#: Suffix -> (encoder, pixel format, its options); the encoders that PyAV's wheels carry.
_ENCODERS: Final[dict[str, tuple[str, str, dict[str, str]]]] = {
    ".mp4": ("libx264", "yuv420p", {"preset": "veryfast", "crf": "20"}),
    ".mov": ("libx264", "yuv420p", {"preset": "veryfast", "crf": "20"}),
    ".mkv": ("libx264", "yuv420p", {"preset": "veryfast", "crf": "20"}),
    ".webm": ("libvpx", "yuv420p", {"deadline": "realtime", "cpu-used": "8", "crf": "10"}),
    ".avi": ("mjpeg", "yuvj420p", {"qmin": "2", "qmax": "4"}),
    ".mjpeg": ("mjpeg", "yuvj420p", {"qmin": "2", "qmax": "4"}),
    ".y4m": ("rawvideo", "yuv420p", {}),
}
#: FFmpeg's numbers of the matrices between RGB and YUV: BT.709, FCC, 601, 170M, 240M, 2020.
_MATRICES: Final = (1, 4, 5, 6, 7, 9)
#: Containers that know a rate but no timestamps.
_FIXED_RATE: Final = frozenset((".avi", ".mjpeg", ".y4m"))


class VideoWriter:
    """Encodes pictures to a video file; the suffix decides on the format.

    Use as a context manager: an exception inside it removes the unfinished file. Sides of an odd
    length gain one pixel, a copy of the last, since 4:2:0 video has even sides.

    Args:
        path: the file; one of .mp4, .mov, .mkv, .webm, .avi, .mjpeg, .y4m.
        width, height: of every picture, in pixels.
        fps: frames per second, and the time of pictures written without one.
        colours: a frame whose colours the pictures have: the file is tagged as it is.

    Raises:
        InputError: another suffix, or the file cannot be created.
    """

    def __init__(
        self,
        path: str | Path,
        width: int,
        height: int,
        *,
        fps: float = 30.0,
        colours: av.VideoFrame | None = None,
    ) -> None:
        self._path = Path(path)
        suffix = self._path.suffix.lower()
        if suffix not in _ENCODERS:
            raise InputError(
                f"{printable_name(path)} names no video format; use one of {', '.join(_ENCODERS)}."
            )
        codec, pixel_format, options = _ENCODERS[suffix]
        rate = Fraction(fps).limit_denominator(1001)
        self._container = av.open(str(self._path), "w")
        self._stream = self._container.add_stream(codec, rate=rate, options=options)
        self._stream.width, self._stream.height = width + width % 2, height + height % 2
        self._stream.pix_fmt = pixel_format
        if colours is not None:
            _tag(self._stream.codec_context, colours)
        if codec == "libvpx":
            self._stream.bit_rate = 4 * width * height  # an upper bound; crf decides below it
        self._time_base = 1 / rate if suffix in _FIXED_RATE else _TIME_BASE
        self._stream.codec_context.time_base = self._time_base
        try:
            self._container.start_encoding()  # creates the file
        except OSError as error:
            raise InputError(
                f"{printable_name(path)} cannot be written ({error.strerror}); check the folder."
            ) from error
        self._size = (width, height)
        self._step_s = float(1 / rate)
        self._last_pts = -1
        self._next_s = 0.0

    def write(self, picture: ImageArray | av.VideoFrame, time_s: float | None = None) -> None:
        """Append a picture, (height, width, 3) uint8 BGR or a frame of any pixel format.

        Args:
            picture: of the writer's size.
            time_s: when it is shown, in seconds from the start; one step after the last where None.

        Raises:
            ValueError: another size, or a time that is not after the last.
        """
        if isinstance(picture, av.VideoFrame):
            size = (picture.width, picture.height)
        else:
            size = (picture.shape[1], picture.shape[0])
        if size != self._size:
            raise ValueError(f"A picture must be {self._size} (w, h). Received: {size}.")
        time_s = self._next_s if time_s is None else time_s
        pts = round(time_s / self._time_base)
        if pts <= self._last_pts:
            raise ValueError(f"A time must be after the last. Received: {time_s} s.")
        frame = self._as_frame(picture)
        frame.pts, frame.time_base = pts, self._time_base
        self._container.mux(self._stream.encode(frame))
        self._last_pts, self._next_s = pts, time_s + self._step_s

    def _as_frame(self, picture: ImageArray | av.VideoFrame) -> av.VideoFrame:
        width, height = self._size
        if isinstance(picture, av.VideoFrame):
            if width % 2 == height % 2 == 0:
                return picture.reformat(format=self._stream.pix_fmt)
            picture = np.asarray(picture.to_ndarray(format="bgr24"), np.uint8)
        even = cv2.copyMakeBorder(
            picture, 0, height % 2, 0, width % 2, borderType=cv2.BORDER_REPLICATE
        )
        return av.VideoFrame.from_ndarray(even, "bgr24").reformat(format=self._stream.pix_fmt)

    def close(self) -> None:
        """Encode what is left, and finish the file; nothing can be written afterwards."""
        if self._last_pts >= 0:
            self._container.mux(self._stream.encode(None))
        self._container.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self.close()
        finally:
            if kind is not None:
                self._path.unlink(missing_ok=True)


def _tag(context: av.VideoCodecContext, frame: av.VideoFrame) -> None:
    """Say of a file what a frame says of its own colours, where that holds for YUV."""
    if not frame.format.name.startswith("yuv"):
        return
    if int(frame.colorspace) in _MATRICES:
        context.colorspace = frame.colorspace
        context.color_primaries, context.color_trc = frame.color_primaries, frame.color_trc
    if frame.format.name in ("yuv420p", "yuvj420p"):  # others become limited on their way
        context.color_range = 2 if frame.format.name == "yuvj420p" else frame.color_range
