"""The camera check of a visit, the same on every page that streams."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from fer_core.app import camera
from fer_core.app.visit import Visit


def check_camera(
    visit: Visit,
    *,
    streaming: bool = False,
    constraints: Mapping[str, Any] = camera.CONSTRAINTS,
) -> None:
    """Ask the browser for the camera once the visitor wants it; before, only whether it could.

    Args:
        visit: takes the browser's answer, and the page runs again where that changes it.
        streaming: True once the video runs, so that the check lets go of the camera.
        constraints: as ``getUserMedia`` takes them.
    """
    message = visit.message
    # A check that is new on the page, as after a look at another one, would open the camera for an
    # attempt that is over.
    attempt = visit.attempt if visit.is_streaming else 0
    report = camera.mount_camera_check(attempt, streaming=streaming, constraints=constraints)
    if visit.take_report(report) or visit.message is not message:
        st.rerun()
