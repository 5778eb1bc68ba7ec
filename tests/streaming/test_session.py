"""A session at work: what is analysed, drawn, counted and told."""

import threading
import time
from dataclasses import replace

import av
import numpy as np
import pytest

from fer_core.errors import ConfigError, ModelError
from fer_core.imaging.frame import Frame
from fer_core.streaming import LiveSession
from fer_core.streaming.state import RESULT_MAX_AGE_S
from fer_core.tracking import Tracker
from fer_core.types import FrameResult
from tests.clock import Clock, wait_until
from tests.streaming.fakes import (
    Drawn,
    FakePipeline,
    analysed,
    assert_set,
    make_frame,
    make_result,
    ready,
)


def test_before_the_first_frame() -> None:
    with ready(LiveSession(FakePipeline)) as session:
        snapshot = session.snapshot()
        assert snapshot.problem is None
        assert snapshot.result is snapshot.focus is snapshot.focus_probs is None
        assert snapshot.since_frame_s is snapshot.since_face_s is snapshot.analysis_ms is None
        assert (snapshot.frames, snapshot.dropped, snapshot.error_count) == (0, 0, 0)
        assert (snapshot.in_fps, snapshot.out_fps) == (0.0, 0.0)
        assert snapshot.track_ids == ()


def test_the_latest_result_is_drawn_on_the_frames_after_it() -> None:
    drawn, pipeline = Drawn(), FakePipeline()
    with ready(LiveSession(lambda: pipeline, annotate=drawn)) as session:
        session.callback(make_frame(5.0))
        analysed(session, 1)
        out = session.callback(make_frame(5.1))
        assert out.pts is None
        assert drawn.results[0] is None
        assert drawn.results[1] is not None
        assert drawn.results[1].labels == ("happy",)
        assert drawn.mirrors == [True, True]
        assert pipeline.times[0] == 0.0
        snapshot = session.snapshot()
        assert snapshot.track_ids == (1,)
        assert snapshot.focus_label == "happy"
        assert snapshot.focus_probs is not None
        assert snapshot.focus_probs.argmax() == 3
        assert snapshot.since_face_s == 0.0


def test_only_the_newest_frame_is_analysed_and_the_others_are_counted() -> None:
    go, pipeline = threading.Event(), FakePipeline(lambda frame: assert_set(go))
    with ready(LiveSession(lambda: pipeline, annotate=Drawn())) as session:
        session.callback(make_frame(0.0))
        wait_until(lambda: len(pipeline.times) == 1)
        started = time.monotonic()
        for n in range(1, 31):
            session.callback(make_frame(n / 30))
        assert time.monotonic() - started < 0.5
        go.set()
        analysed(session, 2)
        assert pipeline.times == pytest.approx([0.0, 1.0], abs=0.02)
        snapshot = session.snapshot()
        assert snapshot.frames == 31
        # The first frames after the one in work were not due yet; one waited, 28 or 29 replaced it.
        assert 28 <= snapshot.dropped <= 29


def test_analysis_keeps_to_its_rate() -> None:
    pipeline = FakePipeline()
    with ready(LiveSession(lambda: pipeline, analysis_hz=10, annotate=Drawn())) as session:
        for n in range(60):
            before = len(pipeline.times)
            session.callback(make_frame(n / 30))
            if n % 3 == 0:
                wait_until(lambda before=before: len(pipeline.times) > before)  # type: ignore[misc]
        assert len(pipeline.times) == 20
        assert session.snapshot().dropped == 0


def burn(cpu_s: float) -> None:
    end_s = time.thread_time() + cpu_s
    while time.thread_time() < end_s:
        pass


def test_a_dear_analysis_runs_less_often_but_not_below_the_lowest_rate() -> None:
    clock, pipeline = Clock(100.0), FakePipeline(lambda frame: burn(0.01))
    session = LiveSession(lambda: pipeline, analysis_share=0.001, annotate=Drawn(), clock=clock)
    with ready(session):
        for n in range(120):
            clock.now_s = 100 + n / 30
            session.callback(make_frame(n / 30))
            wait_until(lambda: not session._worker.has_waiting)
            analysed(session, 1)
        analysed(session, 20)
        assert len(pipeline.times) in (20, 21)


@pytest.mark.parametrize("rate", [0, -1, float("inf"), float("nan")])
def test_an_impossible_rate(rate: float) -> None:
    with pytest.raises(ConfigError, match="analysis_hz"):
        LiveSession(FakePipeline, analysis_hz=rate)


def test_faults_are_counted_by_kind_and_frames_go_back_untouched() -> None:
    def fail(frame: Frame) -> None:
        raise KeyError("injected")

    def fail_drawing(*_: object) -> av.VideoFrame:
        raise ValueError("injected")

    session = LiveSession(lambda: FakePipeline(fail), annotate=fail_drawing)
    with ready(session):
        frames = [make_frame(n / 10) for n in range(3)]
        assert all(session.callback(frame) is frame for frame in frames)
        wait_until(lambda: session.snapshot().errors.get("analysis: KeyError", 0) >= 1)
        assert session.snapshot().errors["drawing: ValueError"] == 3


def test_a_frame_that_cannot_be_read_goes_back() -> None:
    with ready(LiveSession(FakePipeline)) as session:
        assert session.callback("no frame") == "no frame"  # type: ignore[arg-type, comparison-overlap]
        assert session.snapshot().errors == {"drawing: AttributeError": 1}


@pytest.mark.parametrize(
    ("error", "says"),
    [(ModelError("The model is damaged."), "The model is damaged."), (OSError("x"), "OSError.")],
)
def test_a_pipeline_that_cannot_be_made_is_a_problem_and_no_end(
    error: Exception, says: str
) -> None:
    def fail() -> FakePipeline:
        raise error

    with LiveSession(fail, annotate=Drawn()) as session:
        wait_until(lambda: session.snapshot().problem is not None)
        snapshot = session.snapshot()
        assert snapshot.problem == f"The analysis could not start: {says}"
        assert not snapshot.ready
        assert session.callback(make_frame(0.0)).pts is None


def test_an_old_result_is_not_drawn() -> None:
    drawn, clock = Drawn(), Clock(100.0)
    with ready(LiveSession(FakePipeline, annotate=drawn, clock=clock)) as session:
        session.callback(make_frame(0.0))
        analysed(session, 1)
        for passed in (RESULT_MAX_AGE_S - 0.1, 0.2):
            clock.now_s += passed
            session._worker.stop()
            session.callback(make_frame(clock.now_s - 100.0))
        assert [result is None for result in drawn.results] == [True, False, True]
        assert session.snapshot().result is None


def test_seconds_without_face_and_without_frame() -> None:
    clock, pipeline = Clock(100.0), FakePipeline()
    with ready(LiveSession(lambda: pipeline, annotate=Drawn(), clock=clock)) as session:
        for n, (step, faces, since_face) in enumerate(
            [(0.0, 0, 0.0), (3.0, 0, 3.0), (1.0, 1, 0.0), (2.5, 0, 2.5), (3.5, 0, 6.0)], 1
        ):
            clock.now_s += step
            pipeline.faces = faces
            session.callback(make_frame(clock.now_s - 100.0))
            analysed(session, n)
            assert session.snapshot().since_face_s == pytest.approx(since_face)
        clock.now_s += 7.0
        assert session.snapshot().since_frame_s == pytest.approx(7.0)


def test_rates_and_times_are_measured_in_seconds() -> None:
    clock = Clock(100.0)
    with ready(LiveSession(FakePipeline, annotate=Drawn(), clock=clock)) as session:
        for n in range(60):
            clock.now_s += 0.05
            session.callback(make_frame(n / 20))
        snapshot = session.snapshot()
        assert snapshot.in_fps == pytest.approx(20)
        assert snapshot.out_fps == pytest.approx(20)
        assert snapshot.time_s == pytest.approx(59 / 20)


def test_frames_pass_while_the_heartbeat_says_no() -> None:
    beats, pipeline = [True, False, True], FakePipeline()
    session = LiveSession(lambda: pipeline, annotate=Drawn(), heartbeat=lambda: beats.pop(0))
    with ready(session):
        frames = [make_frame(n / 1.0) for n in range(3)]
        assert [session.callback(frame) is frame for frame in frames] == [False, True, False]
        analysed(session, 1)
        assert 1.0 not in pipeline.times


def test_other_pixel_formats_are_handled() -> None:
    rgb = av.VideoFrame.from_ndarray(np.zeros((48, 64, 3), np.uint8), format="rgb24")
    rgb.pts = 3
    with ready(LiveSession(FakePipeline)) as session:
        out = session.callback(rgb)
        analysed(session, 1)
        assert (out.format.name, out.width, out.pts) == ("yuv420p", 64, 3)
        assert session.snapshot().errors == {}


def test_a_moving_face_is_drawn_where_it_is_by_now() -> None:
    drawn, clock, pipeline = Drawn(), Clock(100.0), FakePipeline()
    pipeline.tracker = tracker = Tracker()

    def process(frame: Frame) -> FrameResult:
        left = 100 + 200 * frame.time_s
        found = make_result(frame.time_s, [[left, 100, left + 100, 220]])
        faces = tracker.update(found.faces, frame.time_s)
        pipeline.times.append(frame.time_s)
        return replace(found, faces=faces)

    pipeline.process = process  # type: ignore[method-assign]
    with ready(LiveSession(lambda: pipeline, annotate=drawn, clock=clock)) as session:
        for n in range(31):
            clock.now_s = 100 + n / 30
            session.callback(make_frame(n / 30))
            wait_until(lambda: not session._worker.has_waiting)
            analysed(session, len(pipeline.times))
        last = drawn.results[-1]
        assert last is not None
        assert last.time_s < 1.0
        # 300 px by now; without moving on it would be what was found a frame or two ago.
        assert last.faces.boxes[0, 0] == pytest.approx(100 + 200 * 1.0, abs=3)
        latest = session.snapshot().result
        assert latest is not None
        assert latest.faces.boxes[0, 0] == pytest.approx(100 + 200 * latest.time_s, abs=0.1)


def test_two_sessions_share_nothing() -> None:
    one = ready(LiveSession(lambda: FakePipeline(faces=1), annotate=Drawn()))
    two = ready(LiveSession(lambda: FakePipeline(faces=2), annotate=Drawn()))
    with one, two:
        for session in (one, two):
            session.callback(make_frame(0.0))
            analysed(session, 1)
        assert one.snapshot().track_ids == (1,)
        assert two.snapshot().track_ids == (1, 2)


def test_snapshots_from_many_threads_while_frames_run() -> None:
    seen: list[int] = []
    with ready(LiveSession(FakePipeline, annotate=Drawn())) as session:
        stop = threading.Event()

        def watch() -> None:
            while not stop.is_set():
                seen.append(session.snapshot().frames)

        watchers = [threading.Thread(target=watch) for _ in range(3)]
        for watcher in watchers:
            watcher.start()
        for n in range(300):
            session.callback(make_frame(n / 30))
        stop.set()
        for watcher in watchers:
            watcher.join()
        assert session.snapshot().frames == 300
        assert session.snapshot().errors == {}
        assert max(seen) <= 300
