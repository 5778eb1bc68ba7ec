"""What the page keeps: the rooms of the process, wrong codes by address, each visitor's streams."""

import time
from functools import lru_cache

import streamlit as st

from fer_core.access import AttemptLimiter
from fer_core.app.stream.visit import Visit
from fer_core.classroom.hub import CameraSeat, RoomHub
from fer_core.classroom.membership import Place
from fer_core.classroom.seconds import DeviceMeter
from fer_core.config import settings
from fer_core.storage import Store, shared_store

#: A whole class may sit behind one address and mistype; 30 to the power of 8 codes stay out of
#: reach at this rate for some ten thousand years.
WRONG_CODES, WRONG_WINDOW_S = 60, 600.0

_OWN, _CAMERA = "class_visit", "class_camera_visit"


@lru_cache(maxsize=4)
def _hub_of(store: Store) -> RoomHub:
    hub = RoomHub(store)
    hub.start()
    return hub


def shared_hub() -> RoomHub:
    """The rooms that this process serves.

    Raises:
        ConfigError: FER_DATABASE_URL cannot be used.
    """
    return _hub_of(shared_store())


@lru_cache(maxsize=1)
def code_limiter() -> AttemptLimiter:
    """Counts wrong codes by address."""
    return AttemptLimiter(WRONG_CODES, WRONG_WINDOW_S, clock=time.monotonic)


def address() -> str:
    """From where the visitor comes; empty on this computer."""
    return st.context.ip_address or ""


def _visit(name: str) -> Visit:
    if name not in st.session_state:
        st.session_state[name] = Visit(detector=settings().detector, model=settings().model)
    visit: Visit = st.session_state[name]
    return visit


def own_visit() -> Visit:
    """The stream of the visitor's own device."""
    return _visit(_OWN)


def camera_visit() -> Visit:
    """The stream of a camera that faces the class."""
    return _visit(_CAMERA)


def stop_own() -> None:
    """The device's stream ends, and counts in its room no more."""
    own_visit().reset()
    place: Place | None = st.session_state.pop("class_place", None)
    if place is not None:
        shared_hub().stand_up(place)


def stop_camera() -> None:
    """The class is not watched any more."""
    camera_visit().reset()
    seat: CameraSeat | None = st.session_state.pop("class_camera_seat", None)
    if seat is not None:
        shared_hub().take_down(seat)


def note_streaming(place: Place | None, meter: DeviceMeter) -> None:
    """Remember where the device's stream goes: to a place, or in self-view to nobody."""
    st.session_state["class_meter"] = meter
    if place is not None:
        st.session_state["class_place"] = place
        shared_hub().sit(place, meter)


def leave_classroom() -> None:
    """Called by the router when another page is shown: cameras of this page end."""
    if _OWN in st.session_state and own_visit().phase != "ready":
        stop_own()
    if _CAMERA in st.session_state and camera_visit().phase != "ready":
        stop_camera()
    st.session_state.pop("class_self", None)
