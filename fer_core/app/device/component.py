"""The component that analyses the camera's picture in the visitor's browser."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import streamlit as st

import fer_core
from fer_core.app.device.assets import FRONTEND, network_places, places
from fer_core.app.device.messages import SENDING_SENTENCES, SENTENCES
from fer_core.app.language.browser import language_data
from fer_core.app.language.spoken import tr
from fer_core.app.parts.component import pack, source
from fer_core.app.stream.camera import CONSTRAINTS
from fer_core.classification.identity import identify_model
from fer_core.device import device_numbers


def _read(name: str) -> str:
    return (FRONTEND / "device" / name).read_text(encoding="utf-8")


def _page() -> str:
    """The view with the page's own panel and timeline in it."""
    html = _read("view.html")
    for part in ("panel.html", "timeline.html"):
        html = html.replace(f"<!-- {part} -->", source(part))
    return html


_DEVICE = st.components.v2.component(
    "mien_device",
    html=_page(),
    css=_read("view.css") + source("panel.css") + source("timeline.css"),
    js=_read("mount.js"),
)


@st.cache_data(show_spinner=False, max_entries=32)
def _numbers(model: str, detector: str, steady: str, _stamp: str) -> dict[str, Any]:
    """Made once for each file of a model; ``stamp`` tells the files apart."""
    return device_numbers(model, detector, steady)


#: Everything, the picture with the panel beside it, or the picture alone.
Shows = Literal["all", "self", "picture"]


@dataclass(frozen=True, slots=True)
class Sending:
    """Where a browser sends what it measured.

    Attributes:
        route: below the app's address; empty: by the component's state.
        token: of the visit.
        most: seconds that may wait in the browser.
        last_seq: highest number that arrived; -1 before the first.
        take: called with each batch's text that came by the component's state.
    """

    route: str
    token: str
    most: int
    last_seq: int
    take: Callable[[str], None]


def show_device(
    *,
    key: str,
    model: str,
    detector: str,
    steady: str,
    on_close: Callable[[], None],
    constraints: Mapping[str, Any] = CONSTRAINTS,
    shows: Shows = "all",
    sending: Sending | None = None,
    windows: Mapping[str, Any] | None = None,
) -> None:
    """Draw the camera's picture, analysed in the browser, with all that belongs to it.

    Args:
        key: another one begins anew.
        model, detector, steady: by name, as for ``build_pipeline``.
        on_close: called when the visitor is done with it.
        constraints: what is asked of the camera.
        shows: which parts.
        sending: where samples go; None: nowhere.
        windows: further numbers for what is measured of a second.

    Raises:
        ConfigError: detector or filter run on the server only.
        ModelError: the model cannot be loaded.
    """
    networks = network_places(model, detector)
    numbers = _numbers(model, detector, steady, networks["classifier"])
    if windows:
        numbers = numbers | {"windows": numbers["windows"] | dict(windows)}
    identity = identify_model(model)
    data = {
        "numbers": numbers,
        "places": places(),
        "networks": networks,
        "constraints": dict(constraints),
        "language": language_data(),
        "sentences": {
            name: tr(text)
            for name, text in (SENTENCES | (SENDING_SENTENCES if sending else {})).items()
        },
        "about": {
            "mien": fer_core.__version__,
            "model": identity.to_dict(),
            "detector": detector,
            "analysed": "on the visitor's device",
        },
        "model": {"name": identity.name, "text": identity.text, "shown": tr(identity.text)},
        "shows": shows,
        "send": sending and {"route": sending.route, "token": sending.token, "most": sending.most},
        "last_seq": -1 if sending is None else sending.last_seq,
    }

    def take() -> None:
        text = st.session_state[key].get("samples")
        if sending is not None and isinstance(text, str):
            sending.take(text)

    _DEVICE(
        key=key,
        data=pack(data),
        on_close_change=on_close,
        on_problem_change=lambda: None,
        on_samples_change=take,
    )
