"""The browser gets the answer to its newest offer, or is told to begin anew."""

from types import SimpleNamespace
from typing import Any

import pytest
import streamlit as st
from streamlit_webrtc import WebRtcStreamerContext
from streamlit_webrtc.component import WebRtcStreamerState, generate_frontend_component_key

from fer_core.app.private_webrtc import ServerHalf
from fer_core.app.stream import handshake
from fer_core.app.stream.handshake import answer_newest_offer, is_stale, must_stop

FIRST, SECOND = "v=0\r\no=- 11 2 IN IP4 127.0.0.1\r\n", "v=0\r\no=- 22 2 IN IP4 127.0.0.1\r\n"


class Worker:
    """One that answered an offer, or does so now."""

    def __init__(self, offer: str | None) -> None:
        remote = None if offer is None else SimpleNamespace(sdp=offer)
        self.pc = SimpleNamespace(remoteDescription=remote)
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


class AgainError(Exception):
    """The page runs once more."""


@pytest.fixture
def state(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The visitor's session state."""
    state: dict[str, Any] = {}

    def rerun() -> None:
        raise AgainError

    monkeypatch.setattr(st, "session_state", state)
    monkeypatch.setattr(st, "rerun", rerun)
    monkeypatch.setattr(handshake, "LISTEN_S", 0)
    return state


FRONTEND = generate_frontend_component_key("video")


def test_before_the_first_run_there_is_nothing_to_stop(state: dict[str, Any]) -> None:
    answer_newest_offer("video")
    assert not must_stop("video")


def test_an_answer_that_is_still_right_after_a_moment_is_sent(state: dict[str, Any]) -> None:
    worker = Worker(FIRST)
    context = state["video"] = context_of(worker, signalling=True, answer="{}")
    state[FRONTEND] = offer(FIRST)
    with pytest.raises(AgainError):
        answer_newest_offer("video")
    answer_newest_offer("video")
    assert not must_stop("video")
    assert context._get_worker() is worker


def test_an_answer_that_came_too_late_is_not_sent(state: dict[str, Any]) -> None:
    worker = Worker(FIRST)
    context = state["video"] = context_of(worker, signalling=True, answer="{}")
    state[FRONTEND] = offer(FIRST)
    with pytest.raises(AgainError):
        answer_newest_offer("video")
    state[FRONTEND] = offer(SECOND)
    answer_newest_offer("video")
    assert not must_stop("video")
    assert worker.is_stopped
    assert context._get_worker() is None
    assert context._sdp_answer_json is None
    assert context.state.signalling  # else the new answer would be taken for a leftover


def test_a_wrong_answer_that_was_sent_stops_the_browser(state: dict[str, Any]) -> None:
    worker = Worker(FIRST)
    state["video"] = context_of(worker, signalling=True, answer="{}", sent=True)
    state[FRONTEND] = offer(SECOND)
    answer_newest_offer("video")
    assert must_stop("video")
    assert not worker.is_stopped  # it hears of the stop by the browser


def test_an_offer_that_the_server_forgot_is_remembered(state: dict[str, Any]) -> None:
    worker = Worker(FIRST)
    context = state["video"] = context_of(worker, answer="{}", sent=True)
    state[FRONTEND] = offer(FIRST)
    answer_newest_offer("video")
    assert not must_stop("video")
    assert context.state.signalling
    assert context._get_worker() is worker
