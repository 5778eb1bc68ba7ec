"""Stand-ins for the pipeline."""

import threading
import time
from collections.abc import Callable

import av
import numpy as np

from fer_core.imaging.frame import Frame
from fer_core.labels import EMOTIONS
from fer_core.streaming import LiveSession
from fer_core.temporal import Smoother
from fer_core.tracking import Tracker
from fer_core.types import Faces, FrameResult
from tests.clock import wait_until


def make_result(
    time_s: float,
    boxes: list[list[float]],
    *,
    label: str = "happy",
    track_ids: list[int] | None = None,
    size: tuple[int, int] = (640, 480),
) -> FrameResult:
    """A result with one sure face per box."""
    n = len(boxes)
    probs = np.full((n, 7), 0.02, np.float32)
    probs[:, EMOTIONS.index(label)] = 0.88
    ids = list(range(1, n + 1)) if track_ids is None else track_ids
    faces = Faces(np.reshape(boxes, (n, 4)), np.ones(n), track_ids=np.array(ids, np.int64))
    return FrameResult(time_s, *size, faces, probs, probs, (label,) * n, {"detect": 1.0})


class FakePipeline:
    """Finds a face in the middle of every frame, or does what ``act`` says."""

    def __init__(
        self, act: Callable[[Frame], None] | None = None, delay_s: float = 0.0, faces: int = 1
    ) -> None:
        self.act = act
        self.delay_s = delay_s
        self.faces = faces
        self.times: list[float] = []
        self.warmed = False
        self.tracker: Tracker | None = None
        self.smoother: Smoother | None = None

    def warm_up(self) -> None:
        self.warmed = True

    def process(self, frame: Frame) -> FrameResult:
        assert self.warmed
        self.times.append(frame.time_s)
        if self.delay_s:
            time.sleep(self.delay_s)
        if self.act:
            self.act(frame)
        w, h = frame.width, frame.height
        box = [w * 0.1, h * 0.2, w * 0.4, h * 0.8]
        return make_result(frame.time_s, [box] * self.faces, size=(w, h))


def make_frame(time_s: float | None, size: tuple[int, int] = (64, 48)) -> av.VideoFrame:
    """A grey frame with a timestamp in the clock of RTP video, 90 kHz."""
    from fractions import Fraction

    width, height = size
    planes = np.full((height * 3 // 2, width), 128, np.uint8)
    frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
    frame.time_base = Fraction(1, 90000)
    frame.pts = None if time_s is None else round(time_s * 90000)
    return frame


class Drawn:
    """Records what was to be drawn; gives a new frame back."""

    def __init__(self) -> None:
        self.results: list[FrameResult | None] = []
        self.mirrors: list[bool] = []

    def __call__(
        self, frame: av.VideoFrame, result: FrameResult | None, mirror: bool
    ) -> av.VideoFrame:
        self.results.append(result)
        self.mirrors.append(mirror)
        return make_frame(None)


def ready(session: LiveSession) -> LiveSession:
    wait_until(lambda: session.snapshot().ready)
    return session


def analysed(session: LiveSession, count: int) -> None:
    wait_until(lambda: session.snapshot().analysed >= count)


def assert_set(event: threading.Event) -> None:
    assert event.wait(5.0)
