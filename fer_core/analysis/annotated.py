"""The annotated copy: boxes and labels drawn in, faces hidden by choice, the original sound."""

from pathlib import Path

import av
import cv2
import numpy as np

from fer_core.imaging.blur import FaceBlurrer, blur_bgr, blur_frame
from fer_core.imaging.draw import annotate, annotate_bgr
from fer_core.imaging.frame import VideoFrame
from fer_core.types import FrameResult, ImageArray
from fer_core.video import VideoWriter, add_sound


class AnnotatedVideo:
    """Writes every frame of a video, analysed or not, with what was last found.

    Frames that change size are fitted into the first one's, with black bars. A frame whose time
    does not go on is left out.

    Args:
        path: the MP4 to write.
        fps: on average.
        hold_s: a result is drawn for so long after its frame.
        blur: hide faces.
    """

    def __init__(self, path: Path, *, fps: float, hold_s: float, blur: bool) -> None:
        self._path, self._fps, self._hold_s = path, fps, hold_s
        self._silent = path.with_suffix(".silent.mp4")
        self._blurrer = FaceBlurrer(keep_s=max(1.0, hold_s)) if blur else None
        self._writer: VideoWriter | None = None
        self._size = (0, 0)
        self._last_s = -1.0

    def add(self, frame: VideoFrame, result: FrameResult | None) -> None:
        """Append a frame; ``result`` is the newest, of this frame or an earlier one."""
        if self._writer is None:
            self._size = (frame.width, frame.height)
            self._writer = VideoWriter(
                self._silent, *self._size, fps=self._fps, colours=frame.native
            )
        if frame.time_s < self._last_s + 1e-3:
            return
        self._last_s = frame.time_s
        picture = frame.native
        if self._blurrer is not None:
            areas = self._blurrer.areas(result, frame.time_s)
            if result is not None and (result.width, result.height) != (frame.width, frame.height):
                scale = [frame.width / result.width, frame.height / result.height] * 2
                areas = np.rint(areas * scale).astype(np.int64)
            picture = blur_frame(picture, areas)
        if result is not None and frame.time_s - result.time_s > self._hold_s:
            result = None
        self._writer.write(self._fitted(annotate(picture, result)), frame.time_s)

    def _fitted(self, frame: av.VideoFrame) -> av.VideoFrame | ImageArray:
        if (frame.width, frame.height) == self._size:
            return frame
        width, height = self._size
        scale = min(width / frame.width, height / frame.height)
        size = (max(1, round(frame.width * scale)), max(1, round(frame.height * scale)))
        canvas = np.zeros((height, width, 3), np.uint8)
        x, y = (width - size[0]) // 2, (height - size[1]) // 2
        small = cv2.resize(frame.to_ndarray(format="bgr24"), size, interpolation=cv2.INTER_AREA)
        canvas[y : y + size[1], x : x + size[0]] = small
        return canvas

    def finish(self, source: str, start_s: float) -> None:
        """Close the pictures and add the sound of the source, which starts at ``start_s``."""
        self.close()
        add_sound(self._silent, source, self._path, start_s=start_s)
        self._silent.unlink(missing_ok=True)

    def close(self) -> None:
        """Close the encoder; closing twice does no harm."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None


def draw_still(bgr: ImageArray, result: FrameResult, *, blur: bool) -> ImageArray:
    """A copy of (h, w, 3) BGR with boxes and labels, faces hidden by choice."""
    if blur:
        bgr = blur_bgr(bgr, FaceBlurrer().areas(result, result.time_s))
    return annotate_bgr(bgr, result)
