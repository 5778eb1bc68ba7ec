"""The browser gets the answer to its newest offer, or is told to begin anew."""

import asyncio
import json
import threading
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import streamlit as st
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.contrib.media import MediaRelay
from streamlit_webrtc import WebRtcStreamerContext
from streamlit_webrtc import webrtc as library
from streamlit_webrtc.component import WebRtcStreamerState, generate_frontend_component_key

from fer_core.app.private_webrtc import ServerHalf
from fer_core.app.stream import handshake, webrtc
from fer_core.app.stream.handshake import (
    PATIENCE_S,
    answer_newest_offer,
    is_stale,
    let_go,
    must_stop,
    needs_run,
)
from fer_core.app.stream.visit import GIVE_UP_AFTER_S
from tests.clock import Clock
from tests.loopback.peers import CameraTrack, draw_planes

FIRST, SECOND = "v=0\r\no=- 11 2 IN IP4 127.0.0.1\r\n", "v=0\r\no=- 22 2 IN IP4 127.0.0.1\r\n"


class Worker:
    """One that answered an offer, or does so now."""

    def __init__(self, offer: str | None) -> None:
        remote = None if offer is None else SimpleNamespace(sdp=offer)
        self.pc = SimpleNamespace(remoteDescription=remote, connectionState="connecting")
        self.is_stopped = False

    def stop(self) -> None:
        self.is_stopped = True


def context_of(
    worker: Worker | None = None,
    *,
    playing: bool = False,
    signalling: bool = False,
    answer: str | None = None,
    sent: bool = False,
) -> Any:
    context: Any = WebRtcStreamerContext(
        worker,  # type: ignore[arg-type]
        WebRtcStreamerState(playing=playing, signalling=signalling),
    )
    context._sdp_answer_json, context._is_sdp_answer_sent = answer, sent
    return context


def offer(sdp: str) -> dict[str, Any]:
    return {"playing": False, "sdpOffer": {"type": "offer", "sdp": sdp}}


PLAYING = {"playing": True, "sdpOffer": ""}
IDLE = {"playing": False, "sdpOffer": ""}


@pytest.mark.parametrize(
    ("answered", "how", "report", "expected"),
    [
        pytest.param(None, {}, None, False, id="nothing yet"),
        pytest.param(None, {"signalling": True}, offer(FIRST), False, id="to be answered"),
        pytest.param([None], {"signalling": True}, offer(FIRST), False, id="being answered"),
        pytest.param([FIRST], {"signalling": True}, offer(FIRST), False, id="answered"),
        pytest.param([FIRST], {"signalling": True}, offer(SECOND), True, id="another's answer"),
        pytest.param([FIRST], {"signalling": True}, None, False, id="report lost in a rerun"),
        pytest.param([FIRST], {"playing": True}, PLAYING, False, id="playing"),
        pytest.param([FIRST], {}, IDLE, True, id="the browser stopped"),
        pytest.param(None, {"answer": "{}"}, IDLE, True, id="the last visit's answer is there"),
    ],
)
def test_stale(
    answered: list[str | None] | None, how: dict[str, Any], report: Any, expected: bool
) -> None:
    worker = None if answered is None else Worker(answered[0])
    assert is_stale(ServerHalf(context_of(worker, **how), report)) is expected


FRONTEND = generate_frontend_component_key("video")


def unseen(frame: Any) -> Any:
    """The callback of a stream that has no frames here."""
    return frame


@pytest.fixture
def state(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The visitor's session state."""
    state: dict[str, Any] = {}
    monkeypatch.setattr(st, "session_state", state)
    return state


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The time that a connection takes."""
    clock = Clock(100.0)
    monkeypatch.setattr(handshake, "time", SimpleNamespace(monotonic=clock))
    return clock


@pytest.fixture
def loop(monkeypatch: pytest.MonkeyPatch) -> Iterator[asyncio.AbstractEventLoop]:
    """The event loop of the server, in a thread of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    relay = asyncio.run_coroutine_threadsafe(make_relay(), loop).result()
    monkeypatch.setattr(library, "get_global_event_loop", lambda: loop)
    monkeypatch.setattr(library, "get_global_relay", lambda: relay)
    yield loop
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


async def make_relay() -> MediaRelay:
    return MediaRelay()


def test_before_the_first_run_there_is_nothing_to_stop(state: dict[str, Any]) -> None:
    answer_newest_offer("video", unseen, ())
    assert not must_stop("video")
    assert not needs_run("video")


def test_an_answer_goes_with_the_run_that_heard_of_the_offer(
    state: dict[str, Any], loop: asyncio.AbstractEventLoop, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[dict[str, Any]] = []

    def draw(**how: Any) -> Any:
        drawn.append({**how, "answer": state["video"]._sdp_answer_json})
        return state["video"]

    async def see() -> None:
        visitor = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        camera, has_come_back = CameraTrack(30, draw_planes), asyncio.Event()

        @visitor.on("track")
        def on_track(track: Any) -> None:
            async def read() -> None:
                await track.recv()
                has_come_back.set()

            tasks.append(asyncio.ensure_future(read()))

        tasks: list[asyncio.Task[None]] = []
        visitor.addTrack(camera)
        await visitor.setLocalDescription(await visitor.createOffer())
        state["video"] = context_of(signalling=True)
        state[FRONTEND] = offer(visitor.localDescription.sdp)
        await asyncio.to_thread(
            webrtc.open_stream, unseen, playing=True, ice_servers=(), key="video"
        )
        answer = json.loads(drawn[0]["answer"])
        await visitor.setRemoteDescription(RTCSessionDescription(answer["sdp"], answer["type"]))
        await asyncio.wait_for(has_come_back.wait(), 60)
        camera.stop()
        await asyncio.to_thread(state["video"]._get_worker().stop)
        await visitor.close()

    monkeypatch.setattr(webrtc, "webrtc_streamer", draw)
    asyncio.run(see())
    assert len(drawn) == 1
    assert drawn[0]["desired_playing_state"] is True


def test_an_answer_that_was_not_sent_gives_way_to_a_newer_offer(
    state: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = Worker(FIRST)
    context = state["video"] = context_of(worker, signalling=True, answer="{}")
    state[FRONTEND] = offer(SECOND)
    answered: list[str | None] = []
    monkeypatch.setattr(
        ServerHalf, "make_answer", lambda half, *_: answered.append(half.newest_offer)
    )
    answer_newest_offer("video", unseen, ())
    assert not must_stop("video")
    assert worker.is_stopped
    assert answered == [SECOND]
    assert context._sdp_answer_json is None
    assert context.state.signalling  # else the new answer would be taken for a leftover


def test_a_wrong_answer_that_was_sent_stops_the_browser(state: dict[str, Any]) -> None:
    worker = Worker(FIRST)
    state["video"] = context_of(worker, signalling=True, answer="{}", sent=True)
    state[FRONTEND] = offer(SECOND)
    answer_newest_offer("video", unseen, ())
    assert must_stop("video")
    assert not worker.is_stopped  # it hears of the stop by the browser


@pytest.mark.parametrize("playing", [True, False])
def test_an_offer_that_the_server_forgot_is_remembered(
    state: dict[str, Any], playing: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = Worker(FIRST)
    context = state["video"] = context_of(worker, answer="{}", sent=True)
    state[FRONTEND] = offer(FIRST)
    monkeypatch.setattr(webrtc, "webrtc_streamer", lambda **_: context)
    webrtc.open_stream(unseen, playing=playing, ice_servers=(), key="video")
    assert context.state.signalling
    assert context._get_worker() is worker


def test_a_connection_that_does_not_come_is_begun_anew_once(
    state: dict[str, Any], clock: Clock
) -> None:
    state["video"] = context_of(Worker(FIRST), signalling=True, answer="{}", sent=True)
    state[FRONTEND] = offer(FIRST)
    assert not must_stop("video")
    clock.now_s += PATIENCE_S - 1
    assert not needs_run("video")
    assert not must_stop("video")
    clock.now_s += 1
    assert needs_run("video")
    assert must_stop("video")
    assert needs_run("video"), "the browser may have nothing to say to that"
    assert not must_stop("video")
    state["video"] = context_of(Worker(SECOND), signalling=True, answer="{}", sent=True)
    state[FRONTEND] = offer(SECOND)
    assert not must_stop("video")
    clock.now_s += GIVE_UP_AFTER_S - PATIENCE_S - 1
    assert not needs_run("video"), "it has the rest of the time"
    assert not must_stop("video")


@pytest.mark.parametrize("how", ["browser", "server"])
def test_a_connection_that_stands_is_left_alone(
    state: dict[str, Any], clock: Clock, how: str
) -> None:
    worker = Worker(FIRST)
    state["video"] = context_of(worker, signalling=True, answer="{}", sent=True)
    state[FRONTEND] = offer(FIRST)
    assert not must_stop("video")
    clock.now_s += 2 * PATIENCE_S
    if how == "browser":
        state[FRONTEND] = PLAYING
        answer_newest_offer("video", unseen, ())
    else:
        worker.pc.connectionState = "connected"
    assert not needs_run("video")
    assert not must_stop("video")


def test_the_time_counts_from_the_offer(state: dict[str, Any], clock: Clock) -> None:
    """A browser that opens the camera would open it twice, and leave one on."""
    state["video"] = context_of()
    state[FRONTEND] = IDLE
    for _ in range(3):
        assert not must_stop("video")
        clock.now_s += 2 * PATIENCE_S
        assert not needs_run("video")
    state["video"] = context_of(Worker(FIRST), signalling=True, answer="{}", sent=True)
    state[FRONTEND] = offer(FIRST)
    assert not must_stop("video")
    clock.now_s += PATIENCE_S - 1
    assert not must_stop("video")
    clock.now_s += 1
    assert must_stop("video")


def test_the_time_counts_anew_after_the_end(state: dict[str, Any], clock: Clock) -> None:
    state["video"] = context_of(Worker(FIRST), signalling=True, answer="{}", sent=True)
    state[FRONTEND] = offer(FIRST)
    assert not must_stop("video")
    let_go("video")
    clock.now_s += 2 * PATIENCE_S
    assert not must_stop("video")
    assert not needs_run("video")


def test_an_offer_whose_report_was_lost_is_seen_at_the_second_look(
    state: dict[str, Any], clock: Clock
) -> None:
    state["video"] = context_of()
    state[FRONTEND] = IDLE
    assert not must_stop("video")
    state[FRONTEND] = offer(FIRST)
    assert not needs_run("video"), "its own run may be on its way"
    assert needs_run("video")
    state[FRONTEND] = offer(SECOND)
    assert not needs_run("video")
