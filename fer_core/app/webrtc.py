"""The one place that calls streamlit-webrtc, so that a test can put a fake in its place."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import av
import streamlit as st
from streamlit_webrtc import WebRtcMode, webrtc_streamer
from streamlit_webrtc.component import generate_frontend_component_key

from fer_core.app.camera import CONSTRAINTS

STREAM_KEY = "live_stream"


class StreamState(Protocol):
    """What the page asks of a stream: does it run, or is it being set up?"""

    @property
    def playing(self) -> bool: ...
    @property
    def signalling(self) -> bool: ...


def open_stream(
    callback: Callable[[av.VideoFrame], av.VideoFrame],
    *,
    playing: bool,
    ice_servers: Sequence[Mapping[str, Any]],
    key: str = STREAM_KEY,
    constraints: Mapping[str, Any] = CONSTRAINTS,
) -> StreamState:
    """Place the video on the page and start or stop it.

    Args:
        callback: gives the frame to send back for each frame that arrives; never raises.
        playing: whether the video should run; the page's own button decides.
        ice_servers: as ``RTCPeerConnection`` takes them; empty on loopback and in a LAN.
        key: another one for every page that streams.
        constraints: what is asked of the camera.
    """
    context = webrtc_streamer(
        key=key,
        mode=WebRtcMode.SENDRECV,
        rtc_configuration={"iceServers": [dict(server) for server in ice_servers]},
        media_stream_constraints=dict(constraints),
        desired_playing_state=playing and not is_stale(
            st.session_state.get(key), st.session_state.get(generate_frontend_component_key(key))
        ),
        video_frame_callback=callback,
        sendback_audio=False,
        async_processing=True,
        media_toggle_controls=False,
        video_html_attrs={
            "autoPlay": True,
            "controls": False,
            "muted": True,
            "style": {"width": "100%", "borderRadius": "0.6rem", "display": "block"},
        },
        translations={
            "device_ask_permission": "Your browser asks for the camera: choose Allow.",
            "device_not_available": "No camera was found.",
            "device_access_denied": "The camera is blocked for this page.",
            "media_api_not_available": "This page may not use the camera: open it by https.",
        },
    )
    state: StreamState = context.state
    return state


def is_stale(context: Any, report: Any) -> bool:
    """Whether what the server holds of a connection is not what the browser is waiting for.

    streamlit-webrtc 0.79 can't mend that by itself, and the visitor would wait in vain: its server
    answers one offer, and its browser part makes several where it is drawn again while it starts,
    or one at once where the answer to the last connection is still there. Asked to stop, both sides
    forget, and the next run starts anew.

    Args:
        context: ``WebRtcStreamerContext`` of the stream; None before its first run.
        report: what the browser said last: ``playing``, ``sdpOffer``; None before that.
    """
    if context is None:
        return False
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
