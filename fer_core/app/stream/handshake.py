"""Sees to it that a connection comes about, whatever gets lost between browser and server.

An answer goes with the run that heard of the offer. The browser's part of streamlit-webrtc 0.79
goes on with the newest of its offers; its server's part answers the first that it hears of, and
never another. Where the two do not belong together, or nothing comes of them for long, both begin
anew: the browser is told to stop, and then to play.
"""

import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import streamlit as st

from fer_core.app.private import optional
from fer_core.app.private_webrtc import PACKAGE, ServerHalf

#: A connection that is not there after so long is begun anew, once: the second one has all the rest
#: of the time until it is given up, since a busy computer or a slow network may need it. [s]
PATIENCE_S: Final = 10.0
#: Nobody can say how far a connection is.
UNKNOWN: Final = "unknown"
_FEATURE: Final = "a connection that got another offer's answer heals"


@dataclass(slots=True)
class Attempt:
    """The browser is told to play, and does not yet.

    Attributes:
        since_s: when its newest offer was seen; seconds on a monotonic clock.
        is_second: whether it was begun anew.
        offer: its newest one; None where it has made none yet.
        is_held: whether it is told to stop, to begin anew.
        open_offer: one that the page saw unanswered.
    """

    since_s: float
    is_second: bool = False
    offer: str | None = None
    is_held: bool = False
    open_offer: str | None = None

    def note_offer(self, offer: str | None, now_s: float) -> None:
        """The time of another offer counts from when it was seen."""
        if offer != self.offer:
            self.offer, self.since_s = offer, now_s

    def is_overdue(self, now_s: float) -> bool:
        """Whether nothing came of the first offer for long.

        Without one the browser may be opening the camera. Told to stop and to play, it would open
        it a second time, and leave the first one on after the end.
        """
        is_first = self.offer is not None and not self.is_second
        return is_first and now_s - self.since_s >= PATIENCE_S


@optional(_FEATURE, default=None, package=PACKAGE)
def answer_newest_offer(
    key: str, callback: Callable[..., Any], ice_servers: Sequence[Mapping[str, Any]]
) -> None:
    """Answer what the browser offers; to be called before a stream that is to play is drawn.

    An answer to an older offer that was not sent yet is thrown away.

    Args:
        key: of the stream, as ``webrtc_streamer`` has it.
        callback: gives the frame to send back for each frame that arrives.
        ice_servers: as ``RTCPeerConnection`` takes them.
    """
    half = ServerHalf.of(key)
    if half is None:
        return
    half.remember_report()
    if half.is_answer_waiting and is_stale(half):
        half.begin_anew()
    if half.is_offer_open:
        half.make_answer(callback, ice_servers)


@optional(_FEATURE, default=None, package=PACKAGE)
def let_go(key: str) -> None:
    """As above, where the stream is not to play."""
    st.session_state.pop(_attempt_key(key), None)
    half = ServerHalf.of(key)
    if half is not None:
        half.remember_report()


@optional(_FEATURE, default=False, package=PACKAGE)
def must_stop(key: str) -> bool:
    """Whether a stream that is to play must stop first, so that both sides forget what they have.

    To be asked once for each time that the stream is drawn.

    Args:
        key: of the stream, as ``webrtc_streamer`` has it.
    """
    half = ServerHalf.of(key)
    if half is None:
        return False
    if not half.is_answer_waiting and is_stale(half):
        return True
    attempt = _attempt_of(key, half)
    if attempt is None or attempt.is_held:
        if attempt is not None:
            attempt.is_held = False
        return False
    if attempt.is_overdue(time.monotonic()):
        attempt.is_second = attempt.is_held = True
    return attempt.is_held


@optional(_FEATURE, default=False, package=PACKAGE)
def needs_run(key: str) -> bool:
    """Whether a stream that is to play gets no further unless it is drawn once more.

    A browser reports by having the stream drawn. Where that is lost, what it said comes with any
    other run, and is seen here: an offer that stays open from one moment of the page to the next.

    Args:
        key: of the stream, as ``webrtc_streamer`` has it.
    """
    half = ServerHalf.of(key)
    attempt = None if half is None else _attempt_of(key, half)
    if half is None or attempt is None:
        return False
    before, attempt.open_offer = (
        attempt.open_offer,
        half.newest_offer if half.is_offer_open else None,
    )
    is_lost = before is not None and before == attempt.open_offer
    return is_lost or attempt.is_held or attempt.is_overdue(time.monotonic())


@optional(_FEATURE, default=False, package=PACKAGE)
def is_playing(key: str) -> bool:
    """Whether the browser plays the stream, as it said last.

    Args:
        key: of the stream, as ``webrtc_streamer`` has it.
    """
    half = ServerHalf.of(key)
    return half is not None and half.is_playing


def _attempt_of(key: str, half: ServerHalf) -> Attempt | None:
    """How long the browser has been at it; None where it plays."""
    if half.is_playing or half.is_connected:
        st.session_state.pop(_attempt_key(key), None)
        return None
    now_s = time.monotonic()
    found: Attempt = st.session_state.setdefault(_attempt_key(key), Attempt(now_s))
    found.note_offer(half.newest_offer, now_s)
    return found


def _attempt_key(key: str) -> str:
    return f"{key}_attempt"


@optional("a stream that is not drawn any more ends at once", default=None, package=PACKAGE)
def end_stream(key: str) -> None:
    """End the server's half of a stream that is drawn no more.

    Args:
        key: of the stream, as ``webrtc_streamer`` has it.
    """
    half = ServerHalf.of(key)
    if half is not None:
        half.end()


@optional("what keeps a video from coming is told apart", default=UNKNOWN, package=PACKAGE)
def connection_of(key: str) -> str:
    """How far the connection of a stream is: see ``ServerHalf.connection``.

    Args:
        key: of the stream, as ``webrtc_streamer`` has it.
    """
    half = ServerHalf.of(key)
    return UNKNOWN if half is None else half.connection


def is_stale(half: ServerHalf) -> bool:
    """Whether what the server holds of a connection is not what the browser is waiting for."""
    if half.is_idle:
        return half.has_peer or half.answer is not None
    answered, newest = half.answered_offer, half.newest_offer
    return answered is not None and newest is not None and _origin(answered) != _origin(newest)


def _origin(sdp: str) -> str:
    """The line that names a session description, RFC 8866, section 5.2: ``o=- 42 2 IN IP4 ...``."""
    found = re.search(r"^o=\S+ \S+ \S+", sdp, re.MULTILINE)
    return found[0] if found else ""
