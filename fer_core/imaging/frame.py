"""One interface for a still picture and a video frame, so that one pipeline serves both.

A detector looks at a small colour view, the classifier at the luma plane: a YUV video frame has
the luma already and scales to the small view in one pass, so it is never converted as a whole.
"""

import threading
from typing import Protocol

import av
import cv2
import numpy as np
from av.video.reformatter import VideoReformatter

from fer_core.types import ImageArray


class Frame(Protocol):
    """A picture with a time."""

    @property
    def width(self) -> int: ...

    @property
    def height(self) -> int: ...

    @property
    def time_s(self) -> float: ...

    def luma(self) -> ImageArray:
        """(height, width) uint8, read-only by convention."""
        ...

    def bgr(self, max_side: int | None = None) -> ImageArray:
        """(h, w, 3) uint8 BGR, scaled so that the longer side is at most ``max_side``."""
        ...


def scaled_size(width: int, height: int, max_side: int | None) -> tuple[int, int]:
    """(width, height) with the longer side at most ``max_side``, each at least 1; never larger."""
    longer = max(width, height)
    if max_side is None or longer <= max_side:
        return width, height
    return max(1, round(width * max_side / longer)), max(1, round(height * max_side / longer))


class ArrayFrame:
    """A frame held as a BGR array (h, w, 3) uint8."""

    def __init__(self, bgr: ImageArray, time_s: float = 0.0) -> None:
        if bgr.ndim != 3 or bgr.shape[2] != 3 or bgr.dtype != np.uint8 or 0 in bgr.shape:
            raise ValueError(
                f"A frame must be (h, w, 3) uint8 BGR. Received: {bgr.shape} {bgr.dtype}."
            )
        self._bgr = bgr
        self._luma: ImageArray | None = None
        self.time_s = time_s
        self.height, self.width = bgr.shape[:2]

    def luma(self) -> ImageArray:
        if self._luma is None:
            self._luma = np.asarray(cv2.cvtColor(self._bgr, cv2.COLOR_BGR2GRAY), np.uint8)
        return self._luma

    def bgr(self, max_side: int | None = None) -> ImageArray:
        size = scaled_size(self.width, self.height, max_side)
        if size == (self.width, self.height):
            return self._bgr
        return np.asarray(cv2.resize(self._bgr, size, interpolation=cv2.INTER_AREA), np.uint8)


def plane_of(frame: av.VideoFrame, index: int) -> ImageArray:
    """A plane of the frame's own memory, (h, w) uint8, without the padding of its rows.

    FFmpeg turns a picture over by counting its rows backwards: their length is negative then.
    """
    plane = frame.planes[index]
    rows = np.frombuffer(plane, np.uint8).reshape(plane.height, abs(plane.line_size))
    return rows[:: -1 if plane.line_size < 0 else 1, : plane.width]


_of_thread = threading.local()


def _scaler() -> VideoReformatter:
    """This thread's scaler: keeping one, without threads of its own, saves most of its time."""
    if not hasattr(_of_thread, "scaler"):
        _of_thread.scaler = VideoReformatter()
    scaler: VideoReformatter = _of_thread.scaler
    return scaler


class VideoFrame:
    """A frame held as decoded, planar YUV where the codec gives it.

    Not for two threads at once; ``luma`` is a view of the decoder's memory and lives as long as
    this object.
    """

    def __init__(self, frame: av.VideoFrame, time_s: float | None = None) -> None:
        if not frame.format.name.startswith(("yuv420p", "yuvj420p")) or "le" in frame.format.name:
            frame = frame.reformat(format="yuv420p", threads=1)
        self._frame = frame
        self.time_s = float(frame.time or 0.0) if time_s is None else time_s
        self.width, self.height = frame.width, frame.height

    @property
    def native(self) -> av.VideoFrame:
        """The decoded frame, yuv420p or yuvj420p; not to be changed."""
        return self._frame

    def luma(self) -> ImageArray:
        return plane_of(self._frame, 0)

    def bgr(self, max_side: int | None = None) -> ImageArray:
        width, height = scaled_size(self.width, self.height, max_side)
        view = _scaler().reformat(self._frame, width, height, "bgr24", threads=1)
        return np.asarray(view.to_ndarray(), np.uint8)
