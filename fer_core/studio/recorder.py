"""One visitor's recording: counts down, collects the faces of a take, and says how they look.

Faces are held in memory until the take is over; the page then stores them, or nobody does.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import av
import cv2
import numpy as np

from fer_core.imaging.draw import annotate
from fer_core.imaging.frame import Frame, plane_of
from fer_core.studio.cutting import CutFace, Detector, cut_frame
from fer_core.studio.guide import COUNTDOWN_S, TAKE_S
from fer_core.studio.quality import Quality, measure_quality
from fer_core.types import FrameResult

#: Faces of one take at most: five a second for a minute.
MOST_FACES = 300
#: Y, U, V of the frame around the face: white, and red while pictures are kept.
_WHITE, _RED = (235, 128, 128), (82, 90, 240)


class Stage(StrEnum):
    """Where a take is."""

    IDLE = "idle"
    COUNTDOWN = "countdown"
    RECORDING = "recording"
    DONE = "done"  # its faces wait to be stored


@dataclass(frozen=True, slots=True)
class TakeView:
    """What the page shows.

    Attributes:
        stage: of the take; left_s: until the next stage; count: faces collected so far.
        emotion: that is asked for; empty while idle.
        quality: of the newest frame; None before the first.
    """

    stage: Stage
    left_s: float
    count: int
    emotion: str
    quality: Quality | None


class Recorder:
    """Thread safe: the analysis thread calls ``see``, the page everything else.

    Args:
        detector: how faces are cut.
        clock: monotonic seconds.
    """

    def __init__(
        self, detector: Detector = "short", clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.detector = detector
        self._clock = clock
        self._lock = threading.Lock()
        self._emotion = ""
        self._starts_s = self._ends_s = 0.0
        self._began_s: float | None = None
        self._faces: list[CutFace] = []
        self._quality: Quality | None = None

    def begin(
        self, emotion: str, *, countdown_s: float = COUNTDOWN_S, take_s: float = TAKE_S
    ) -> None:
        """Count down and record; a take under way is thrown away."""
        with self._lock:
            self._emotion = emotion
            self._starts_s = self._clock() + countdown_s
            self._ends_s = self._starts_s + take_s
            self._began_s = None
            self._faces = []

    def cancel(self) -> None:
        """Throw the take away."""
        with self._lock:
            self._emotion, self._faces = "", []

    def collect(self) -> tuple[str, list[CutFace]] | None:
        """The expression and the faces of a take that is over, once; None before."""
        with self._lock:
            if self._stage() is not Stage.DONE:
                return None
            emotion, faces = self._emotion, self._faces
            self._emotion, self._faces = "", []
            return emotion, faces

    @property
    def is_recording(self) -> bool:
        """Whether pictures are being kept."""
        with self._lock:
            return self._stage() is Stage.RECORDING

    def moment(self) -> TakeView:
        """This moment, for the page."""
        with self._lock:
            stage, now = self._stage(), self._clock()
            left = {Stage.COUNTDOWN: self._starts_s, Stage.RECORDING: self._ends_s}.get(stage, now)
            return TakeView(stage, left - now, len(self._faces), self._emotion, self._quality)

    def see(self, frame: Frame, result: FrameResult) -> None:
        """Take note of a frame; its face is collected while a take is recorded."""
        luma = frame.luma()
        quality = measure_quality(luma, result.faces)
        with self._lock:
            self._quality = quality
            if self._stage() is not Stage.RECORDING or len(self._faces) >= MOST_FACES:
                return
            if self._began_s is None:
                self._began_s = frame.time_s
            time_s = frame.time_s - self._began_s
        face = cut_frame(luma, result.faces, self.detector, time_s)
        if face is None:
            return
        with self._lock:
            if self._stage() is Stage.RECORDING:
                self._faces.append(face)

    def _stage(self) -> Stage:
        if not self._emotion:
            return Stage.IDLE
        now = self._clock()
        if now < self._starts_s:
            return Stage.COUNTDOWN
        return Stage.RECORDING if now < self._ends_s else Stage.DONE

    def annotate(
        self, frame: av.VideoFrame, result: FrameResult | None, mirror: bool
    ) -> av.VideoFrame:
        """The frame with a plain box around the face, red while pictures are kept.

        No expression is written at it: who sees a label plays for it.
        """
        out = annotate(frame, None, mirror)
        if result is None or not len(result.faces):
            return out
        box = result.faces.boxes[result.focus or 0].astype(np.float64)
        box *= np.array([out.width / result.width, out.height / result.height] * 2)
        if not np.isfinite(box).all():
            return out
        if mirror:
            box[[0, 2]] = out.width - box[[2, 0]]
        corners = np.clip(np.rint(box), -(2**14), 2**14).astype(int) // 2
        recording = self.is_recording
        color = _RED if recording else _WHITE
        for index, value in enumerate(color):
            plane, scale = plane_of(out, index), 1 if index else 2
            start, end = (corners[:2] * scale).tolist(), (corners[2:] * scale).tolist()
            cv2.rectangle(plane, start, end, value, (2 if recording else 1) * scale)
        return out
