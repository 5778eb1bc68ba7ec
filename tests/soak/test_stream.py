"""A long stream of everything that can go wrong: the session goes on, and ends clean."""

import logging
import threading
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import psutil
import pytest

from fer_core.imaging.frame import Frame
from fer_core.pipeline import FacePipeline, build_pipeline
from fer_core.streaming import LiveSession
from fer_core.types import FrameResult, ImageArray
from tests.clock import Clock, wait_until
from tests.soak.mutants import scaled

FPS = 30
SIZES = ((640, 480), (320, 240), (641, 479), (480, 640), (1280, 720), (63, 47), (2, 2))
FORMATS = ("yuv420p", "yuv420p", "yuv420p", "bgr24", "gray", "yuv422p")
#: Far below what a leak of one 640 x 480 frame (450 KB) per thousand would reach in a soak run.
MAX_GROWTH_MB = 48


class Faulty:
    """The real pipeline, which fails at random."""

    def __init__(self, seed: int) -> None:
        self._pipeline: FacePipeline = build_pipeline()
        self._rng = np.random.default_rng(seed)
        self.tracker, self.smoother = self._pipeline.tracker, self._pipeline.smoother
        self.warm_up = self._pipeline.warm_up

    def process(self, frame: Frame) -> FrameResult:
        kind = self._rng.random()
        if kind < 0.03:
            raise (ValueError, MemoryError, RuntimeError)[self._rng.integers(3)]("by chance")
        result = self._pipeline.process(frame)
        if kind > 0.97:
            raise ArithmeticError("after the work")
        return result


class Scene:
    """A camera whose picture, size, format and timestamps change without notice."""

    def __init__(self, face: ImageArray, seed: int) -> None:
        self._face = face
        self._rng = np.random.default_rng(seed)
        self._width, self._height = SIZES[0]
        self._faces = 1
        self._pts_s = 0.0

    def next(self, clock: Clock) -> av.VideoFrame:
        """The next frame, a thirtieth of a second later, or an accident later."""
        rng = self._rng
        if rng.random() < 1 / 90:
            self._faces = int(rng.integers(0, 4))
        if rng.random() < 1 / 150:
            self._width, self._height = SIZES[rng.integers(len(SIZES))]
        step_s = 1 / FPS if rng.random() > 0.01 else float(rng.uniform(0, 5))
        clock.now_s += step_s
        self._pts_s += step_s
        if rng.random() < 1 / 200:
            self._pts_s = float(rng.choice([0.0, self._pts_s - 3, self._pts_s + 3600, 1e6]))
        frame = av.VideoFrame.from_ndarray(self._draw(), format="bgr24")
        frame = frame.reformat(format=str(rng.choice(FORMATS)))
        frame.pts = None if rng.random() < 0.01 else round(self._pts_s * 90_000)
        frame.time_base = Fraction(1, 90_000)
        return frame

    def _draw(self) -> ImageArray:
        bgr = np.full((self._height, self._width, 3), 90, np.uint8)
        side = min(self._width, self._height) // 2
        if side < 1:
            return bgr
        face = np.asarray(cv2.resize(self._face, (side, side)), np.uint8)
        for row in range(self._faces):
            x = (row * side + int(self._pts_s * 40)) % self._width
            part = face[:, : self._width - x]
            bgr[side // 4 : side // 4 + side, x : x + side] = part
        return bgr


@pytest.mark.parametrize(
    "stream_s",
    [10, pytest.param(900, marks=[pytest.mark.soak, pytest.mark.timeout(3600)])],
)
def test_stream_of_accidents(
    stream_s: int, portrait: Path, caplog: pytest.LogCaptureFixture
) -> None:
    frames = (scaled(stream_s) if stream_s > 100 else stream_s) * FPS
    picture = cv2.imread(str(portrait))
    assert picture is not None
    scene, clock = Scene(np.asarray(picture[20:220, 120:320], np.uint8), seed=7), Clock(100.0)
    caplog.set_level(logging.CRITICAL, "fer_core.streaming")  # its error lines are expected
    threads = set(threading.enumerate())
    memory, largest, last_s, last_size = psutil.Process().memory_info, 0, 0.0, (0, 0)
    before, seen = 0, set()
    session = LiveSession(lambda: Faulty(3), clock=clock)
    wait_until(lambda: session.snapshot().ready, 60)
    for number in range(frames):
        frame = scene.next(clock)
        out = session.callback(frame)
        assert (out.width, out.height, out.pts) == (frame.width, frame.height, frame.pts)
        snapshot = session.snapshot()
        assert snapshot.time_s >= last_s, "stream time ran backwards"
        last_s = snapshot.time_s
        seen |= set(snapshot.track_ids)
        if number % 2 == 0 or (frame.width, frame.height) != last_size:
            wait_until(lambda: not session._worker.has_waiting)  # as a camera would leave time
        last_size = frame.width, frame.height
        if number == frames // 5:
            session.start_baseline()
            before = memory().rss
        largest = max(largest, memory().rss if number % 100 == 0 else 0)
    session.close(timeout_s=10)
    growth_mb = (max(largest, memory().rss) - before) / 2**20
    snapshot = session.snapshot()
    print(
        f"{frames} frames, {last_s:.0f} s of stream time, {snapshot.analysed} analysed, "
        f"{len(seen)} tracks, {snapshot.samples} samples, {dict(snapshot.errors)}, "
        f"memory +{growth_mb:.1f} MB"
    )
    assert snapshot.frames == frames
    assert snapshot.problem is None
    assert snapshot.analysed > frames / 20
    assert len(seen) > 1
    assert sum(snapshot.errors.values()) > 0
    assert {kind.partition(":")[0] for kind in snapshot.errors} == {"analysis"}
    assert {"analysis: ArithmeticError", "analysis: ValueError"} & set(snapshot.errors)
    assert set(threading.enumerate()) <= threads, "a thread of the session is left"
    assert growth_mb < MAX_GROWTH_MB
