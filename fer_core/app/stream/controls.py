"""Around a stream on every page: which camera, whether it is a mirror, the wait for a place."""

from collections.abc import Callable
from typing import Final

import streamlit as st

from fer_core.app.language.spoken import number, tr
from fer_core.app.parts.notices import say
from fer_core.app.parts.replaced import is_press, key_showing
from fer_core.app.stream.visit import Phase, Visit

RETRY_EVERY_S: Final = 2.0


def show_camera_choice(visit: Visit, *, key: str) -> None:
    """Which camera, where there are several; and whether it is a mirror."""
    if len(visit.cameras) < 2 and not visit.can_mirror:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        if len(visit.cameras) > 1:
            _choose_camera(visit, name=f"{key}-camera")
        if visit.can_mirror:
            _choose_mirror(visit, name=f"{key}-mirror")


def _choose_mirror(visit: Visit, *, name: str) -> None:
    key, shown = key_showing(name, visit.is_mirrored), visit.is_mirrored

    def choose() -> None:
        if is_press(name, key, shown):
            visit.choose_mirror(bool(st.session_state[key]))

    st.toggle(
        tr("Mirror"),
        key=key,
        on_change=choose,
        help=tr("A mirror image, as one is used to see oneself; writing is then reversed."),
    )


def _choose_camera(visit: Visit, *, name: str) -> None:
    names = {
        one.id: one.name or tr("Camera {n}").format(n=i + 1) for i, one in enumerate(visit.cameras)
    }
    shown = visit.camera if visit.camera in names else next(iter(names))
    key = key_showing(name, shown)

    def choose() -> None:
        if is_press(name, key, shown):
            visit.choose_camera(str(st.session_state[key]))

    st.selectbox(
        tr("Camera"),
        list(names),
        format_func=lambda camera: names.get(camera, camera),
        key=key,
        label_visibility="collapsed",
        width=260,
        on_change=choose,
    )


def show_busy(
    visit: Visit, start: Callable[[], None], cancel: Callable[[], None], *, key: str
) -> None:
    """All places are taken: says so, tries again, lets the visitor wait no more."""
    say(visit.message)
    st.button(tr("Cancel"), key=f"{key}-cancel", on_click=cancel)

    @st.fragment(run_every=RETRY_EVERY_S)
    def retry() -> None:
        if visit.in_phase_s > RETRY_EVERY_S / 2:
            start()
        if visit.phase is not Phase.BUSY:
            st.rerun()
        st.caption(
            tr(
                "Trying again every {every} seconds; you have waited {waited} s. The video starts "
                "by itself when a place is free."
            ).format(every=number(RETRY_EVERY_S), waited=number(visit.in_phase_s))
        )

    with st.container():
        retry()
