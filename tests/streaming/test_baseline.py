"""The neutral baseline, as a page starts it and a session measures it."""

import numpy as np
import pytest

from fer_core.imaging.frame import Frame
from fer_core.labels import EMOTIONS
from fer_core.streaming import LiveSession
from fer_core.temporal import Smoother
from fer_core.types import FrameResult
from tests.clock import Clock, wait_until
from tests.streaming.fakes import FakePipeline, make_frame, make_result

SAD = EMOTIONS.index("sad")


class RestingSad(FakePipeline):
    """A face whose resting expression reads as sad, smoothed as the real pipeline does."""

    def __init__(self, seen: bool = True) -> None:
        super().__init__()
        self.smoother = Smoother(time_constant_s=0.0)
        self.seen = seen

    def process(self, frame: Frame) -> FrameResult:
        boxes = [[5.0, 5.0, 30.0, 30.0]] if self.seen else []
        found = make_result(frame.time_s, boxes, label="sad", size=(frame.width, frame.height))
        probs = np.tile(np.float32([0.05, 0.05, 0.05, 0.05, 0.5, 0.05, 0.25]), (len(boxes), 1))
        assert self.smoother is not None
        smoothed, labels = self.smoother.update(probs, found.faces.track_ids, frame.time_s)
        return FrameResult(
            frame.time_s, frame.width, frame.height, found.faces, probs, smoothed, labels
        )


class Stream:
    """Ten frames a second through a session, each analysed."""

    def __init__(self, pipeline: FakePipeline) -> None:
        self.clock = Clock(100.0)
        self.session = LiveSession(lambda: pipeline, clock=self.clock)
        wait_until(lambda: self.session.snapshot().ready)
        self.count = 0

    def run(self, seconds: float) -> None:
        for _ in range(round(seconds * 10)):
            self.count += 1
            self.clock.now_s += 0.1
            self.session.callback(make_frame(self.count / 10))
            wait_until(lambda: self.session.snapshot().analysed >= self.count)

    def sad(self) -> float:
        probs = self.session.snapshot().focus_probs
        assert probs is not None
        return float(probs[SAD])


def test_three_seconds_of_the_resting_face_correct_it() -> None:
    stream = Stream(RestingSad())
    with stream.session as session:
        stream.run(0.5)
        assert session.snapshot().baseline_progress is None
        before = stream.sad()
        session.start_baseline()
        assert session.snapshot().baseline_progress == 0.0
        stream.run(1.6)
        assert session.snapshot().baseline_progress == pytest.approx(0.5, abs=0.05)
        assert stream.sad() == pytest.approx(before)
        stream.run(2.0)
        assert session.snapshot().baseline_progress == 1.0
        assert stream.sad() < before - 0.15
        session.clear_baseline()
        assert session.snapshot().baseline_progress is None
        stream.run(0.2)
        assert stream.sad() == pytest.approx(before)


def test_measuring_again_starts_from_the_uncorrected_face() -> None:
    stream = Stream(RestingSad())
    with stream.session as session:
        stream.run(0.2)
        before = stream.sad()
        session.start_baseline()
        stream.run(3.4)
        corrected = stream.sad()
        session.start_baseline()
        stream.run(0.3)
        assert stream.sad() == pytest.approx(before)
        stream.run(3.4)
        assert stream.sad() == pytest.approx(corrected)


def test_without_a_face_it_says_what_to_do() -> None:
    stream = Stream(RestingSad(seen=False))
    with stream.session as session:
        session.start_baseline()
        stream.run(3.5)
        snapshot = session.snapshot()
        assert snapshot.baseline_progress is None
        assert snapshot.baseline_message is not None
        assert "try again" in snapshot.baseline_message
        session.start_baseline()
        assert session.snapshot().baseline_message is None


def test_asked_for_before_the_stream_it_waits_for_it() -> None:
    stream = Stream(RestingSad())
    with stream.session as session:
        session.start_baseline()
        session.clear_baseline()
        session.start_baseline()
        stream.run(3.5)
        assert session.snapshot().baseline_progress == 1.0
