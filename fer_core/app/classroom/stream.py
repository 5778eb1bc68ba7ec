"""The video on this page: the live page's machinery, started and stopped by this page's buttons."""

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from fer_core.app.parts.notices import say
from fer_core.app.resources import is_warm, warm_example
from fer_core.app.stream.camera import CONSTRAINTS
from fer_core.app.stream.video import show_video
from fer_core.app.stream.visit import Phase, Visit
from fer_core.errors import FerError

RETRY_EVERY_S = 2.0
_HIDE = "<style>.st-key-{key} {{ height: 0; overflow: hidden; position: absolute; }}</style>"
_FRAME = (
    "<style>.st-key-{key} {{ aspect-ratio: {shape}; background: rgba(127, 127, 127, 0.12); "
    "border-radius: 0.6rem; }}</style>"
)
_HIDE_STATUS = "<style>[data-testid='stStatusWidget'] { display: none; }</style>"


def show_stream(
    visit: Visit,
    *,
    key: str,
    head: Callable[[], None],
    beside: Callable[[], None],
    start: Callable[[], None],
    constraints: Mapping[str, Any] = CONSTRAINTS,
    shape: str = "4 / 3",
) -> None:
    """Draw what stands above the video, the video, and what stands beside it.

    The frame that plays the video is there before the start, hidden, and does not move.

    Args:
        visit: whose stream.
        key: of the stream, one per page and kind.
        head: draws what stands above, in every phase.
        beside: draws what stands beside the video while it runs.
        start: tries to start; called again while all places are taken.
        constraints: what is asked of the camera.
        shape: width / height of the video.
    """
    if visit.has_lost_slot:
        visit.reset()
    st.html(_HIDE_STATUS)
    with st.container():
        head()
        if visit.phase is Phase.BUSY:
            with st.container():
                _show_busy(visit, start)
        elif not visit.is_streaming:
            say(visit.message)
    video, panel = st.columns((13, 7), gap="medium")
    with video:
        show_video(visit, key=key, container=key, constraints=constraints)
    if visit.is_streaming:
        st.html(_FRAME.format(key=key, shape=shape))
        with panel:
            beside()
    else:
        st.html(_HIDE.format(key=key))


def warm_up(visit: Visit) -> bool:
    """Load the models once, so that nobody waits at the start; False where they can't be loaded."""
    if is_warm(visit.model, visit.detector):
        return True
    try:
        with st.spinner("Loading the model"):
            warm_example(visit.model, visit.detector)
    except FerError as error:
        st.error(str(error))
        return False
    return True


def _show_busy(visit: Visit, start: Callable[[], None]) -> None:
    say(visit.message)

    @st.fragment(run_every=RETRY_EVERY_S)
    def retry() -> None:
        if visit.in_phase_s > RETRY_EVERY_S / 2:
            start()
        if visit.phase is not Phase.BUSY:
            st.rerun()
        st.caption(f"Trying again every {RETRY_EVERY_S:.0f} s; waited {visit.in_phase_s:.0f} s.")

    retry()
