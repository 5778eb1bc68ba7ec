"""Sees to it that the browser gets the answer to its own, newest offer of a connection.

The browser's part of streamlit-webrtc 0.79 makes several offers where it is drawn again while it
starts, and goes on with the last; its server's part answers the first that it hears of, and never
another. The visitor would wait for a video that does not come.
"""

import re
import time
from collections.abc import Mapping
from typing import Any

import streamlit as st
from streamlit_webrtc.component import (
    _reset_context,
    compile_state,
    generate_frontend_component_key,
)

#: What the browser said while the server made its answer is read in this time. [s]
LISTEN_S = 0.05


def is_broken(key: str) -> bool:
    """Whether the stream must stop first, so that both sides forget what does not belong together.

    An answer that has not been sent is thrown away instead where a newer offer is there; to hear of
    one, the page runs once more before an answer is sent.

    Args:
        key: of the stream, as ``webrtc_streamer`` has it.
    """
    context = st.session_state.get(key)
    if context is None:
        return False
    report = st.session_state.get(generate_frontend_component_key(key))
    if isinstance(report, Mapping):
        # A run that ended before it came to the stream makes streamlit-webrtc forget what the
        # browser said: it would answer, take the answer for a leftover, and so on without end.
        context._set_state(compile_state(report))
    if context._sdp_answer_json is None or context._is_sdp_answer_sent:
        return is_stale(context, report)
    if is_stale(context, report):
        state = context.state
        _reset_context(context)
        context._set_state(state)  # of the browser, which goes on as it was
    elif st.session_state.get(f"{key}_heard") != context._sdp_answer_json:
        st.session_state[f"{key}_heard"] = context._sdp_answer_json
        # A run without the stream would look like a visit to another page.
        context._last_rendered_run_count = None
        time.sleep(LISTEN_S)
        st.rerun()
    return False


def is_stale(context: Any, report: Any) -> bool:
    """Whether what the server holds of a connection is not what the browser is waiting for.

    Args:
        context: ``WebRtcStreamerContext`` of the stream.
        report: what the browser said last: ``playing``, ``sdpOffer``; None before that.
    """
    worker = context._get_worker()
    if not context.state.playing and not context.state.signalling:
        return worker is not None or context._sdp_answer_json is not None
    answered = None if worker is None else worker.pc.remoteDescription
    offer = report.get("sdpOffer") if isinstance(report, Mapping) else None
    if answered is None or not isinstance(offer, Mapping):
        return False
    return _origin(answered.sdp) != _origin(str(offer.get("sdp")))


def _origin(sdp: str) -> str:
    """The line that names a session description, RFC 8866, section 5.2: ``o=- 42 2 IN IP4 ...``."""
    found = re.search(r"^o=\S+ \S+ \S+", sdp, re.MULTILINE)
    return found[0] if found else ""
