"""Asks the visitor's browser whether, and why not, the camera can be opened.

streamlit-webrtc shows the browser's raw error inside its own frame and does not tell the server;
this component, without anything to see, does, so that the page can say what to do.
"""

import re
from collections.abc import Mapping, Sequence
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


#: Outcome where the camera that is in use is not there any more.
GONE: Final = "gone"
#: What names of cameras that look away from the visitor have in common.
_LOOKS_AWAY = re.compile(r"\b(back|rear|environment|rück\w*|arrière|trasera)\b", re.IGNORECASE)
_MOST_CAMERAS = 16


@dataclass(frozen=True, slots=True)
class Camera:
    """One of the visitor's cameras: the browser's id of it, and its name."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class CameraReport:
    """Outcome of one check.

    Attributes:
        attempt: 0 for the silent look before Start, else the number of the press on Start.
        outcome: ``ok``, ``insecure``, ``address``, ``unsupported`` or the name of the browser's
            error; ``gone`` while a stream runs.
        camera: id of the one that was opened.
        cameras: all that there are.
        facing: ``user``, ``environment``, or empty where the browser does not know.
        size: width and height of its picture in pixels, as far as it is known.
        anew: whether the video's frame would open another one, unless it is loaded anew.
        waits: whether the browser goes on trying by itself.
        visit: key of the visit for which it was made.
    """

    attempt: int
    outcome: str
    camera: str = ""
    cameras: tuple[Camera, ...] = ()
    facing: str = ""
    size: tuple[int, int] | None = None
    anew: bool = False
    waits: bool = False
    visit: str = ""

    @property
    def faces_visitor(self) -> bool:
        """Whether the visitor looks into it; so does one of which nothing is known."""
        if self.facing:
            return self.facing == "user"
        return not any(
            one.id == self.camera and _LOOKS_AWAY.search(one.name) for one in self.cameras
        )


def mount_camera_check(
    attempt: int,
    *,
    visit: str,
    streaming: bool,
    waits: bool = False,
    constraints: Mapping[str, Any] = CONSTRAINTS,
    camera: str = "",
    streams: tuple[str, str] = ("", ""),
) -> CameraReport | None:
    """Place the check on the page; returns the latest report of this browser, if any.

    Args:
        attempt: 0 to look without asking, a new number to open the camera once more.
        visit: key of the visit; what was said of another one, which a page may still hold after
            a gap of the network or a restart of the server, counts for nothing.
        streaming: True once the video runs, so that the check lets go of the camera.
        waits: whether to try until the camera is there.
        constraints: what is asked of the camera.
        camera: id of the one that was chosen; empty for the one that this browser had last.
        streams: keys of the stream that follows, and of the one that does where the video's frame
            is loaded anew.
    """
    result = _CHECK(
        key="camera_check",
        data=pack(
            {
                "attempt": attempt,
                "visit": visit,
                "streaming": streaming,
                "waits": waits,
                "constraints": dict(constraints),
                "camera": camera,
                "streams": streams,
            }
        ),
        default={"report": None},
        on_report_change=_rerun_only,
    )
    report = _parse_report(result.get("report"))
    return report if report is not None and report.visit == visit else None


def _rerun_only() -> None:
    """A change of the report reruns the page; nothing else is to be done."""


def _parse_report(value: Any) -> CameraReport | None:
    """A report as the browser sent it; None where it is not one (it comes from outside)."""
    if not isinstance(value, Mapping):
        return None
    attempt, outcome = value.get("attempt"), value.get("outcome")
    if not isinstance(outcome, str) or not isinstance(attempt, (int, float)):
        return None
    return CameraReport(
        int(attempt),
        outcome[:40],
        camera=_text(value.get("camera")),
        cameras=_cameras(value.get("cameras")),
        facing=_text(value.get("facing")),
        size=_size(value.get("size")),
        anew=value.get("anew") is True,
        waits=value.get("waits") is True,
        visit=_text(value.get("visit")),
    )


def _text(value: Any) -> str:
    return value[:200] if isinstance(value, str) else ""


def _cameras(value: Any) -> tuple[Camera, ...]:
    if not isinstance(value, Sequence) or isinstance(value, str):
        return ()
    pairs = [
        (_text(one.get("id")), _text(one.get("name"))) for one in value if isinstance(one, Mapping)
    ]
    return tuple(Camera(key, name) for key, name in pairs if key)[:_MOST_CAMERAS]


def _size(value: Any) -> tuple[int, int] | None:
    if not isinstance(value, Sequence) or len(value) != 2:
        return None
    if not all(isinstance(one, (int, float)) and 0 < one < 20_000 for one in value):
        return None
    return int(value[0]), int(value[1])


def with_camera(constraints: Mapping[str, Any], camera: str) -> dict[str, Any]:
    """What is asked of one camera and no other; of any where ``camera`` is empty."""
    if not camera:
        return dict(constraints)
    video = {name: value for name, value in constraints["video"].items() if name != "facingMode"}
    return {**constraints, "video": {**video, "deviceId": {"exact": camera}}}
