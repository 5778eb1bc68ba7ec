"""Faces made unrecognisable: large blocks of one colour over the whole head.

Blocks, not a soft blur: what is averaged away cannot be computed back.
"""

from typing import Final

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from fer_core.imaging.frame import plane_of
from fer_core.types import FrameResult, ImageArray

#: A detector's box ends at brow and chin: so much of its sides is added on every side.
MARGIN: Final = 0.35
#: Blocks over the longer side.
BLOCKS: Final = 6


class FaceBlurrer:
    """Remembers where faces were, so that one lost for a moment stays hidden.

    Args:
        keep_s: a face is still hidden where it was last seen for so long.
    """

    def __init__(self, keep_s: float = 1.0) -> None:
        self.keep_s = keep_s
        self._seen: dict[int, tuple[float, NDArray[np.float64]]] = {}

    def areas(self, result: FrameResult | None, time_s: float) -> NDArray[np.int64]:
        """(N, 4) x1 y1 x2 y2 in pixels of the result's frame, also beyond its borders."""
        new: list[NDArray[np.float64]] = []
        if result is not None:
            boxes = np.nan_to_num(result.faces.boxes.astype(np.float64), posinf=1e6, neginf=-1e6)
            for track_id, box in zip(result.faces.track_ids.tolist(), boxes, strict=True):
                grown = box + MARGIN * np.tile(box[2:] - box[:2], 2) * [-1, -1, 1, 1]
                if track_id >= 0:
                    self._seen[track_id] = (result.time_s, grown)
                else:
                    new.append(grown)
        self._seen = {k: v for k, v in self._seen.items() if time_s - v[0] <= self.keep_s}
        areas = [area for _, area in self._seen.values()] + new
        return np.rint(np.reshape(areas, (-1, 4))).astype(np.int64)


def blur_bgr(bgr: ImageArray, areas: NDArray[np.int64]) -> ImageArray:
    """A copy of (h, w, 3) with blocks over the areas (N, 4)."""
    out = bgr.copy()
    for area in areas:
        _hide(out, area, 1)
    return out


def blur_frame(frame: av.VideoFrame, areas: NDArray[np.int64]) -> av.VideoFrame:
    """A copy in yuv420p with blocks over the areas (N, 4); keeps the timestamp."""
    out = frame.reformat(format="yuv420p") if frame.format.name != "yuv420p" else _copy(frame)
    for area in areas:
        for index, step in enumerate((1, 2, 2)):
            _hide(plane_of(out, index), area, step)
    return out


def _copy(frame: av.VideoFrame) -> av.VideoFrame:
    out = av.VideoFrame(frame.width, frame.height, "yuv420p")
    for index in range(3):
        plane_of(out, index)[...] = plane_of(frame, index)
    out.pts = frame.pts
    if frame.time_base is not None:
        out.time_base = frame.time_base
    return out


def _hide(plane: ImageArray, area: NDArray[np.int64], step: int) -> None:
    """Blocks over an area of a plane that has one sample per ``step`` pixels."""
    height, width = plane.shape[:2]
    x1, x2 = np.clip([area[0] // step, -(-area[2] // step)], 0, width).tolist()
    y1, y2 = np.clip([area[1] // step, -(-area[3] // step)], 0, height).tolist()
    if x2 <= x1 or y2 <= y1:
        return
    part = plane[y1:y2, x1:x2]
    scale = BLOCKS / max(x2 - x1, y2 - y1)
    small = (max(1, round((x2 - x1) * scale)), max(1, round((y2 - y1) * scale)))
    small = (min(small[0], x2 - x1), min(small[1], y2 - y1))
    blocks = cv2.resize(part, small, interpolation=cv2.INTER_AREA)
    part[...] = cv2.resize(blocks, (x2 - x1, y2 - y1), interpolation=cv2.INTER_NEAREST)
