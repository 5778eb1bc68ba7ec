"""Where a visitor has the picture analysed: on the server, or on their own device."""

from enum import StrEnum
from typing import Final

import streamlit as st

from fer_core.app.device.assets import FRONTEND
from fer_core.app.language.spoken import tr
from fer_core.app.parts.component import pack
from fer_core.config import settings
from fer_core.device.networks import DEVICE_DETECTORS, DEVICE_FILTERS, model_hindrance

#: Written by the browser's scripts when a way is taken; holds nothing but its name.
COOKIE: Final = "mien_way"

_KEEPER = st.components.v2.component(
    "mien_way", js=(FRONTEND / "device" / "way.js").read_text(encoding="utf-8")
)


class Way(StrEnum):
    """One of the two."""

    SERVER = "server"
    DEVICE = "device"


def is_offered(way: Way) -> bool:
    """Whether the operator lets visitors choose it (FER_ANALYSE)."""
    return settings().analyse in ("both", way.value)


def last_way() -> Way:
    """The one that this visitor took last, in this visit or before, of those that are offered."""
    if settings().analyse != "both":
        return Way(settings().analyse)
    taken = st.session_state.get(COOKIE) or st.context.cookies.get(COOKIE)
    return Way.DEVICE if taken == Way.DEVICE else Way.SERVER


def take_way(way: Way) -> None:
    """Remember what was chosen; the browser's side keeps it for later visits."""
    st.session_state[COOKIE] = way


def keep_way() -> None:
    """Have the browser keep what was chosen in this visit; nothing of it is seen."""
    taken = st.session_state.get(COOKIE)
    if taken is not None:
        _KEEPER(key=COOKIE, data=pack({"name": COOKIE, "way": str(taken)}))


def what_hinders(model: str, detector: str, steady: str) -> str | None:
    """Why a browser cannot do this analysis, one sentence; None where it can.

    Args:
        model, detector, steady: by name, as for ``build_pipeline``.
    """
    if detector not in DEVICE_DETECTORS:
        return tr(
            "This face detector runs on the server only: choose the close-up or the room one."
        )
    if steady not in DEVICE_FILTERS:
        return tr("The recurrent network runs on the server only: choose another filter.")
    hindrance = model_hindrance(model)
    return hindrance and tr(hindrance)
