"""A connection that ends holds up neither the event loop nor, through it, anybody else."""

import asyncio
import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from aiortc.mediastreams import VideoStreamTrack
from streamlit_webrtc.process import AsyncMediaProcessTrack, AsyncVideoProcessTrack
from streamlit_webrtc.shutdown import SessionShutdownObserver
from streamlit_webrtc.webrtc import WebRtcWorker

from fer_core.app.private_webrtc import end_beside_the_loop
from tests.clock import wait_until

#: What is waited for takes until a test says so, or so long.
LONG_S = 60.0


@pytest.fixture(autouse=True)
def patched(monkeypatch: pytest.MonkeyPatch) -> None:
    for owner in (WebRtcWorker, AsyncMediaProcessTrack):
        monkeypatch.setattr(owner, "stop", owner.stop)
    end_beside_the_loop()
    end_beside_the_loop()


class Polling(threading.Thread):
    """Notes who waits for it."""

    def __init__(self, **how: Any) -> None:
        super().__init__(**how)
        self.joined_by: list[threading.Thread] = []

    def join(self, timeout: float | None = None) -> None:
        self.joined_by.append(threading.current_thread())
        super().join(timeout)


async def on_the_loop(act: Callable[[], object]) -> None:
    act()


def test_the_loop_does_not_wait_for_the_thread_that_waits_for_it() -> None:
    left, is_polled = threading.Event(), threading.Event()
    observer: Any = SessionShutdownObserver(lambda: None)
    observer._polling_thread = polling = Polling(target=lambda: left.wait(LONG_S), daemon=True)
    polling.start()
    worker: Any = WebRtcWorker.__new__(WebRtcWorker)
    worker._unset_processors = is_polled.set
    worker._process_offer_thread = worker.pc = None
    worker._session_shutdown_observer = observer
    asyncio.run(on_the_loop(worker.stop))
    assert is_polled.wait(LONG_S), "it ends, only not here"
    left.set()
    wait_until(lambda: worker._session_shutdown_observer is None)
    assert polling.joined_by
    assert threading.current_thread() not in polling.joined_by


def test_elsewhere_the_end_is_waited_for() -> None:
    worker: Any = WebRtcWorker.__new__(WebRtcWorker)
    ended_by = []
    worker._unset_processors = lambda: ended_by.append(threading.current_thread())
    worker._process_offer_thread = worker.pc = worker._session_shutdown_observer = None
    worker.stop()
    assert ended_by == [threading.current_thread()]


def test_the_loop_does_not_wait_for_the_frame_that_is_worked_on() -> None:
    works, go = threading.Event(), threading.Event()

    def recv(frame: object) -> object:
        works.set()
        go.wait(LONG_S)
        return frame

    async def end_while_it_works() -> None:
        processor: Any = SimpleNamespace(recv=recv)
        track: Any = AsyncVideoProcessTrack(VideoStreamTrack(), processor)
        track._start()
        track._in_queue.put(object())
        await asyncio.to_thread(works.wait, LONG_S)
        track.track.stop()
        assert track._thread.is_alive(), "it was not waited for"
        assert track.readyState == "ended"
        go.set()
        await asyncio.to_thread(track._thread.join, LONG_S)
        assert not track._thread.is_alive()

    asyncio.run(end_while_it_works())
