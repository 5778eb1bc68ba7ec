"""The one place that calls streamlit-webrtc, so that a test can put a fake in its place."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import av
from streamlit_webrtc import WebRtcMode, webrtc_streamer

from fer_core.app.language.spoken import tr
from fer_core.app.stream.camera import CONSTRAINTS
from fer_core.app.stream.handshake import answer_newest_offer, let_go, must_stop


class PlayerState(Protocol):
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
    key: str,
    constraints: Mapping[str, Any] = CONSTRAINTS,
) -> PlayerState:
    """Place the video on the page and start or stop it.

    Args:
        callback: gives the frame to send back for each frame that arrives; never raises.
        playing: whether the video should run; the page's own button decides.
        ice_servers: as ``RTCPeerConnection`` takes them; empty on loopback and in a LAN.
        key: another one for every page that streams.
        constraints: what is asked of the camera.
    """
    if playing:
        answer_newest_offer(key, callback, ice_servers)
        playing = not must_stop(key)
    else:
        let_go(key)
    context = webrtc_streamer(
        key=key,
        mode=WebRtcMode.SENDRECV,
        rtc_configuration={"iceServers": [dict(server) for server in ice_servers]},
        media_stream_constraints=dict(constraints),
        desired_playing_state=playing,
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
            "device_ask_permission": tr("Your browser asks for the camera: choose Allow."),
            "device_not_available": tr("No camera was found."),
            "device_access_denied": tr("The camera is blocked for this page."),
            "media_api_not_available": tr("This page may not use the camera: open it by https."),
        },
    )
    state: PlayerState = context.state
    return state
