"""Sees to it that the browser gets the answer to its own, newest offer of a connection.

The browser's part of streamlit-webrtc 0.79 makes several offers where it is drawn again while it
starts, and goes on with the last; its server's part answers the first that it hears of, and never
another. The visitor would wait for a video that does not come.
"""

import re
import time
from typing import Final

import streamlit as st

from fer_core.app.private import optional
from fer_core.app.private_webrtc import PACKAGE, ServerHalf

#: What the browser said while the server made its answer is read in this time. [s]
LISTEN_S = 0.05
#: Nobody can say how far a connection is.
UNKNOWN: Final = "unknown"
_FEATURE: Final = "a connection that got another offer's answer heals"


@optional(_FEATURE, default=None, package=PACKAGE)
def answer_newest_offer(key: str) -> None:
    """Let only the answer to the newest offer be sent; to be called before the stream is drawn.

    The page runs once more before an answer is sent, to hear of a newer offer; an answer to an
    older one is thrown away, and the newer one answered.

    Args:
        key: of the stream, as ``webrtc_streamer`` has it.
    """
    half = ServerHalf.of(key)
    if half is None:
        return
    half.remember_report()
    if not half.is_answer_waiting:
        return
    if is_stale(half):
        half.begin_anew()
    elif st.session_state.get(f"{key}_heard") != half.answer:
        st.session_state[f"{key}_heard"] = half.answer
        half.allow_another_run()
        time.sleep(LISTEN_S)
        st.rerun()


@optional(_FEATURE, default=False, package=PACKAGE)
def must_stop(key: str) -> bool:
    """Whether the stream must stop first, so that both sides forget what does not belong together.

    Args:
        key: of the stream, as ``webrtc_streamer`` has it.
    """
    half = ServerHalf.of(key)
    return half is not None and not half.is_answer_waiting and is_stale(half)


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
