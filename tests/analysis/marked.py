"""Videos of the portrait with known troubles, and marks on them."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np

from fer_core.types import ImageArray
from tests.analysis.clips import face_frame

SIZE = (480, 360)
#: Places of the portrait's face at this size, in shares of its side: eyes' and mouth's middle.
EYES, MOUTH = (0.443, 0.208), (0.430, 0.287)


def write_frames(path: Path, count: int, draw: Callable[[int], ImageArray], fps: int = 10) -> Path:
    """Encode frames (h, w, 3) BGR, drawn one by one."""
    with av.open(str(path), "w") as container:
        first = draw(0)
        stream = container.add_stream("libx264", rate=fps, options={"crf": "12"})
        stream.width, stream.height, stream.pix_fmt = first.shape[1], first.shape[0], "yuv420p"
        stream.codec_context.time_base = Fraction(1, fps)
        for index in range(count):
            frame = av.VideoFrame.from_ndarray(draw(index), "bgr24")
            frame.pts = index
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def still() -> ImageArray:
    """The portrait at the left of a grey frame."""
    return face_frame(0, *SIZE)


def covered() -> ImageArray:
    """The same with a cloth over nose and mouth."""
    bgr, side = still(), SIZE[1]
    x, y = round(MOUTH[0] * side), round(MOUTH[1] * side)
    cv2.ellipse(bgr, (x, y - 4), (40, 24), 0, 0, 360, (190, 200, 205), -1)
    return bgr


def blurred() -> ImageArray:
    return np.asarray(cv2.GaussianBlur(still(), (0, 0), 6), np.uint8)


def dark() -> ImageArray:
    return np.asarray(still() // 40, np.uint8)


def empty(grey: int = 110) -> ImageArray:
    return np.full((SIZE[1], SIZE[0], 3), grey, np.uint8)
