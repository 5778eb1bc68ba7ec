"""A connection that ends holds up neither the event loop nor, through it, anybody else."""

import asyncio
import threading
import time
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

#: The loop answers sooner than this, and what is waited for takes longer.
QUICK_S = 0.4


@pytest.fixture(autouse=True)
def patched(monkeypatch: pytest.MonkeyPatch) -> None:
    for owner in (WebRtcWorker, AsyncMediaProcessTrack):
        monkeypatch.setattr(owner, "stop", owner.stop)
    end_beside_the_loop()
    end_beside_the_loop()


async def seconds_of(act: Callable[[], object]) -> float:
    started = time.monotonic()
    act()
    return time.monotonic() - started


def test_the_loop_does_not_wait_for_the_thread_that_waits_for_it() -> None:
    left, is_polled = threading.Event(), threading.Event()
    observer: Any = SessionShutdownObserver(lambda: None)
    observer._polling_thread = threading.Thread(target=lambda: left.wait(5), daemon=True)
    observer._polling_thread.start()
    worker: Any = WebRtcWorker.__new__(WebRtcWorker)
    worker._unset_processors = is_polled.set
    worker._process_offer_thread = worker.pc = None
    worker._session_shutdown_observer = observer
    assert asyncio.run(seconds_of(worker.stop)) < QUICK_S
    assert is_polled.wait(5), "it ends, only not here"
    left.set()
    wait_until(lambda: worker._session_shutdown_observer is None)


def test_elsewhere_the_end_is_waited_for() -> None:
    worker: Any = WebRtcWorker.__new__(WebRtcWorker)
    worker._unset_processors = lambda: time.sleep(QUICK_S)
    worker._process_offer_thread = worker.pc = worker._session_shutdown_observer = None
    started = time.monotonic()
    worker.stop()
    assert time.monotonic() - started >= QUICK_S


def test_the_loop_does_not_wait_for_the_frame_that_is_worked_on() -> None:
    works, go = threading.Event(), threading.Event()

    def recv(frame: object) -> object:
        works.set()
        go.wait(5)
        return frame

    async def end_while_it_works() -> float:
        processor: Any = SimpleNamespace(recv=recv)
        track: Any = AsyncVideoProcessTrack(VideoStreamTrack(), processor)
        track._start()
        track._in_queue.put(object())
        await asyncio.to_thread(works.wait, 5)
        taken_s = await seconds_of(track.track.stop)
        assert track.readyState == "ended"
        go.set()
        await asyncio.to_thread(track._thread.join, 5)
        assert not track._thread.is_alive()
        return taken_s

    assert asyncio.run(end_while_it_works()) < QUICK_S
