"""The part of a page that streams: the video and the camera check of a visit."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from fer_core.app.stream import camera, press, webrtc
from fer_core.app.stream.handshake import end_stream, is_playing
from fer_core.app.stream.visit import Phase, Visit
from fer_core.config import settings
from fer_core.streaming import ice_servers


@st.fragment
def show_video(
    visit: Visit,
    *,
    key: str,
    container: str,
    constraints: Mapping[str, Any] = camera.CONSTRAINTS,
) -> None:
    """Place the video, play it while the visit runs, and ask for the camera where it is wanted.

    A fragment, since the browser reports every step of a connection by itself: a report that ran
    the whole page would take back what the visitor clicked on in the same moment, be it Start or
    another page.

    Args:
        visit: gives the callback and the phase; takes the browser's answer.
        key: of the stream, another one for every page.
        container: key of the element around the video, for the page's styles.
        constraints: as ``getUserMedia`` takes them.
    """
    # Without gaps: what only speaks with the browser takes no room above a picture that follows.
    with st.container(gap=None):
        place = st.container(key=container, gap=None)
        # First what the browser says of a question that it was told before: where the camera is
        # open, the video begins with this run.
        is_told, visit.told = visit.told == visit.attempt, visit.attempt
        streaming = is_playing(visit.stream_key(key))
        report = _mount_check(visit, key=key, streaming=streaming, constraints=constraints)
        has_changed = is_told and _take(visit, report, key)
        with place:
            # For another camera the frame is loaded anew: it has another key and place then.
            if visit.turns % 2:
                st.empty()
            host = str(st.context.headers.get("Host", "localhost"))
            webrtc.open_stream(
                visit.callback,
                playing=visit.phase is Phase.RUNNING,
                ice_servers=ice_servers(settings(), host),
                key=visit.stream_key(key),
                constraints=camera.with_camera(constraints, visit.chosen_camera),
            )
        is_pressed = visit.presses.take(press.watch_presses(visit.presses))
    if has_changed or _take(visit, report, key) or is_pressed:
        st.rerun()


def check_camera(
    visit: Visit,
    *,
    key: str,
    constraints: Mapping[str, Any] = camera.CONSTRAINTS,
) -> None:
    """Ask the browser for the camera once the visitor wants it; before, only whether it could.

    Args:
        visit: takes the browser's answer, and the page runs again where that changes it.
        key: of the stream that follows.
        constraints: as ``getUserMedia`` takes them.
    """
    if _take(visit, _mount_check(visit, key=key, streaming=False, constraints=constraints), key):
        st.rerun()


def _mount_check(
    visit: Visit, *, key: str, streaming: bool, constraints: Mapping[str, Any]
) -> camera.CameraReport | None:
    # A check that is new on the page, as after a look at another one, would open the camera for an
    # attempt that is over.
    attempt = visit.attempt if visit.is_streaming else 0
    return camera.mount_camera_check(
        attempt,
        visit=visit.key,
        streaming=streaming,
        waits=visit.picture.is_interrupted,
        constraints=constraints,
        camera=visit.chosen_camera,
        streams=(visit.stream_key(key), f"{key}-{visit.turns + 1}"),
    )


def _take(visit: Visit, report: camera.CameraReport | None, key: str) -> bool:
    """Have the visit act on what the browser said; True where that changed it."""
    message, before = visit.message, visit.stream_key(key)
    has_changed = visit.take_report(report) or visit.message != message
    if visit.stream_key(key) != before:
        end_stream(before)
    return has_changed
