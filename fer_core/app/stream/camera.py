"""Asks the visitor's browser whether, and why not, the camera can be opened.

streamlit-webrtc shows the browser's raw error inside its own frame and does not tell the server;
this component, without anything to see, does, so that the page can say what to do.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import streamlit as st

from fer_core.app.parts.component import pack, source

#: What is asked of the camera: the size the models work on, and the user's own side on a phone.
CONSTRAINTS: Final[dict[str, Any]] = {
    "video": {
        "width": {"ideal": 640},
        "height": {"ideal": 480},
        "frameRate": {"ideal": 30},
        "facingMode": "user",
    },
    "audio": False,
}

_CHECK = st.components.v2.component("mien_camera", js=source("camera.js"))


@dataclass(frozen=True, slots=True)
class CameraReport:
    """Outcome of one check.

    Attributes:
        attempt: 0 for the silent look before Start, else the number of the press on Start.
        outcome: ``ok``, ``insecure``, ``unsupported`` or the name of the browser's error.
    """

    attempt: int
    outcome: str


def mount_camera_check(
    attempt: int, *, streaming: bool, constraints: Mapping[str, Any] = CONSTRAINTS
) -> CameraReport | None:
    """Place the check on the page; returns the latest report of this browser, if any.

    Args:
        attempt: 0 to look without asking, a new number to open the camera once more.
        streaming: True once the video runs, so that the check lets go of the camera.
        constraints: what is asked of the camera.
    """
    result = _CHECK(
        key="camera_check",
        data=pack({"attempt": attempt, "streaming": streaming, "constraints": dict(constraints)}),
        default={"report": None},
        on_report_change=_rerun_only,
    )
    return _parse_report(result.get("report"))


def _rerun_only() -> None:
    """A change of the report reruns the page; nothing else is to be done."""


def _parse_report(value: Any) -> CameraReport | None:
    """A report as the browser sent it; None where it is not one (it comes from outside)."""
    if not isinstance(value, Mapping):
        return None
    attempt, outcome = value.get("attempt"), value.get("outcome")
    if not isinstance(outcome, str) or not isinstance(attempt, (int, float)):
        return None
    return CameraReport(int(attempt), outcome[:40])
