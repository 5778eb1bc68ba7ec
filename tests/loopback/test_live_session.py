"""A visitor's stream, over real WebRTC, through a ``LiveSession``."""

import asyncio
import threading

import av
import numpy as np
import pytest

from fer_core.imaging.frame import Frame
from fer_core.streaming import LiveSession
from tests.clock import wait_until
from tests.loopback.peers import GREY, SIZE, stream
from tests.streaming.fakes import FakePipeline


def chroma(frame: av.VideoFrame) -> np.ndarray:
    """(2, h/2, w/2) int: how far U and V lie from grey."""
    planes = frame.to_ndarray(format="yuv420p").astype(int)
    width, height = SIZE
    return planes[height:].reshape(2, height // 2, width // 2) - 128


def is_annotated(frame: av.VideoFrame) -> bool:
    """The fake face lies at 0.1..0.4 of the width: mirrored, its box is at 0.6..0.9."""
    strong = (np.abs(chroma(frame)) > 25).any(axis=0)
    columns = strong[: int(SIZE[1] / 2 * 0.9)].sum(axis=0)
    half = SIZE[0] // 2
    right, left = columns[int(half * 0.55) :].sum(), columns[: int(half * 0.45)].sum()
    return bool(right > 40 and left < 10)


def analysis_threads() -> int:
    return sum(t.name == "mien-analysis" for t in threading.enumerate())


def test_frames_come_back_annotated_and_mirrored() -> None:
    session = LiveSession(FakePipeline)
    wait_until(lambda: session.snapshot().ready)
    received = asyncio.run(
        stream(session.callback, lambda got: len(got.frames) > 20 and is_annotated(got.frames[-1]))
    )
    snapshot = session.snapshot()
    session.close(2.0)
    assert is_annotated(received.frames[-1])
    assert snapshot.focus_label == "happy"
    assert snapshot.errors == {}
    assert snapshot.analysed >= 5


def test_a_slow_analysis_leaves_the_video_at_full_rate() -> None:
    session = LiveSession(lambda: FakePipeline(delay_s=0.5))
    wait_until(lambda: session.snapshot().ready)
    received = asyncio.run(stream(session.callback, lambda got: len(got.frames) >= 100))
    snapshot = session.snapshot()
    session.close(2.0)
    assert len(received.frames) >= 100
    assert received.fps() > 27
    assert snapshot.in_fps == pytest.approx(30, abs=2)
    assert 2 <= snapshot.analysed <= 9
    assert snapshot.analysis_ms is not None
    assert snapshot.analysis_ms >= 500
    assert snapshot.dropped >= 40
    assert is_annotated(received.frames[-1])


def test_a_raising_analysis_leaves_the_video_running() -> None:
    def fail(frame: Frame) -> None:
        raise RuntimeError("injected")

    session = LiveSession(lambda: FakePipeline(fail))
    received = asyncio.run(stream(session.callback, lambda got: len(got.frames) >= 45))
    snapshot = session.snapshot()
    session.close(2.0)
    assert len(received.frames) >= 45
    assert snapshot.errors["analysis: RuntimeError"] >= 10
    assert snapshot.result is None
    luma = received.frames[-1].to_ndarray(format="yuv420p")[: SIZE[1] - 40]
    assert abs(float(luma.mean()) - GREY) < 4


def test_a_raising_drawing_gives_the_frame_back_untouched() -> None:
    def fail(frame: av.VideoFrame, result: object, mirror: bool) -> av.VideoFrame:
        raise ValueError("injected")

    session = LiveSession(FakePipeline, annotate=fail)
    received = asyncio.run(stream(session.callback, lambda got: len(got.frames) >= 30))
    snapshot = session.snapshot()
    session.close(2.0)
    assert len(received.frames) >= 30
    assert snapshot.errors["drawing: ValueError"] == snapshot.frames
    assert np.abs(chroma(received.frames[-1])).max() < 20


def test_closing_during_the_stream_ends_the_thread_and_not_the_video() -> None:
    before = analysis_threads()
    session = LiveSession(FakePipeline)
    wait_until(lambda: session.snapshot().ready)
    assert analysis_threads() == before + 1

    def close_halfway(got: object) -> bool:
        frames = len(getattr(got, "frames"))  # noqa: B009
        if frames >= 15:
            session.close()
        return frames >= 45

    received = asyncio.run(stream(session.callback, close_halfway))
    assert len(received.frames) >= 45
    wait_until(lambda: analysis_threads() == before)
    assert not is_annotated(received.frames[-1])
