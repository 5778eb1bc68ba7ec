"""Around a stream on every page: which camera, whether it is a mirror, the wait for a place."""

from collections.abc import Callable
from typing import Final

import streamlit as st

from fer_core.app.parts.notices import say
from fer_core.app.stream.visit import Phase, Visit

RETRY_EVERY_S: Final = 2.0


def show_camera_choice(visit: Visit, *, key: str) -> None:
    """Which camera, where there are several; and whether it is a mirror."""
    if len(visit.cameras) < 2 and not visit.can_mirror:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        if len(visit.cameras) > 1:
            _choose_camera(visit, key=f"{key}-camera")
        if visit.can_mirror:
            widget = f"{key}-mirror"
            st.session_state[widget] = visit.is_mirrored
            st.toggle(
                "Mirror",
                key=widget,
                on_change=lambda: visit.choose_mirror(bool(st.session_state[widget])),
                help="A mirror image, as one is used to see oneself; writing is then reversed.",
            )


def _choose_camera(visit: Visit, *, key: str) -> None:
    names = {one.id: one.name or f"Camera {i + 1}" for i, one in enumerate(visit.cameras)}
    if visit.camera in names:
        st.session_state[key] = visit.camera
    st.selectbox(
        "Camera",
        list(names),
        format_func=lambda camera: names.get(camera, camera),
        key=key,
        label_visibility="collapsed",
        width=260,
        on_change=lambda: visit.choose_camera(str(st.session_state[key])),
    )


def show_busy(
    visit: Visit, start: Callable[[], None], cancel: Callable[[], None], *, key: str
) -> None:
    """All places are taken: says so, tries again, lets the visitor wait no more."""
    say(visit.message)
    st.button("Cancel", key=f"{key}-cancel", on_click=cancel)

    @st.fragment(run_every=RETRY_EVERY_S)
    def retry() -> None:
        if visit.in_phase_s > RETRY_EVERY_S / 2:
            start()
        if visit.phase is not Phase.BUSY:
            st.rerun()
        st.caption(
            f"Trying again every {RETRY_EVERY_S:.0f} seconds; you have waited "
            f"{visit.in_phase_s:.0f} s. The video starts by itself when a place is free."
        )

    with st.container():
        retry()
