"""A session closed, left alone or forgotten: its thread and its pipeline go."""

import gc
import threading
import time
import weakref

import pytest

from fer_core.streaming import LiveSession
from fer_core.streaming.worker import LatestWorker
from tests.clock import wait_until
from tests.streaming.fakes import (
    Drawn,
    FakePipeline,
    analysed,
    assert_set,
    make_frame,
    ready,
)


def test_close_ends_the_thread_and_frames_pass() -> None:
    session = ready(LiveSession(FakePipeline, annotate=Drawn()))
    session.close(5.0)
    assert session.is_closed
    assert not session._worker.is_alive
    frame = make_frame(0.0)
    assert session.callback(frame) is frame
    session.close()


def test_close_does_not_wait_for_an_analysis() -> None:
    go = threading.Event()
    session = ready(LiveSession(lambda: FakePipeline(lambda frame: assert_set(go))))
    session.callback(make_frame(0.0))
    started = time.monotonic()
    session.close()
    assert time.monotonic() - started < 1.0
    go.set()
    session.close(5.0)
    assert not session._worker.is_alive


def test_a_session_that_nobody_holds_stops() -> None:
    class Page:  # what a page's own function refers to holds the session
        session: LiveSession | None = None

        def make(self) -> FakePipeline:
            return FakePipeline()

    page = Page()
    page.session = session = ready(LiveSession(page.make))
    del page
    session.callback(make_frame(0.0))
    analysed(session, 1)
    worker, gone = session._worker, weakref.ref(session)
    del session
    gc.collect()
    assert gone() is None
    wait_until(lambda: not worker.is_alive)


def test_without_frames_thread_and_pipeline_go_until_the_next_one() -> None:
    made: list[weakref.ref[FakePipeline]] = []

    def make() -> FakePipeline:
        pipeline = FakePipeline()
        made.append(weakref.ref(pipeline))
        return pipeline

    with ready(LiveSession(make, rest_after_s=0.05)) as session:
        session.callback(make_frame(0.0))
        analysed(session, 1)
        wait_until(lambda: not session._worker.is_alive)
        gc.collect()
        assert made[0]() is None
        for count in range(1, 4):
            session.callback(make_frame(60.0 + count))
            analysed(session, 1 + count)
        assert session.snapshot().errors == {}
        assert len(made) >= 2
        worker = session._worker
    wait_until(lambda: not worker.is_alive)


def test_where_nobody_sees_it_the_thread_goes_sooner(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fer_core.streaming.worker.GONE_AFTER_S", 0.02)
    answers = [True, True, True, False]
    asked: list[bool] = []

    def is_seen() -> bool:
        asked.append(answers[min(len(asked), 3)])
        return asked[-1]

    with ready(LiveSession(FakePipeline, is_seen=is_seen)) as session:
        wait_until(lambda: session._worker.is_resting)
        assert asked == answers
        session.callback(make_frame(0.0))
        analysed(session, 1)


def test_a_frame_that_comes_as_the_thread_goes_to_rest_is_analysed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with ready(LiveSession(FakePipeline, rest_after_s=0.05)) as session:
        wait_until(lambda: session._worker.is_resting)
        monkeypatch.setattr(LatestWorker, "is_resting", False)  # as seen a moment before
        session.callback(make_frame(0.0))
        analysed(session, 1)
        assert session.snapshot().problem is None


def test_the_pipeline_goes_with_the_session() -> None:
    made: list[weakref.ref[FakePipeline]] = []

    def make() -> FakePipeline:
        pipeline = FakePipeline()
        made.append(weakref.ref(pipeline))
        return pipeline

    session = ready(LiveSession(make))
    session.close(5.0)
    del session
    gc.collect()
    assert made[0]() is None
