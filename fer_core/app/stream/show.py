"""One loop for every page that streams: controls, waiting for a place, the video, what it shows.

A page says what is its own (buttons, what stands beside the video, how a stream starts and what
becomes of a lost one); all else is here, once.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from fer_core.app.parts.notices import say
from fer_core.app.parts.resume import offer_return
from fer_core.app.stream import styles
from fer_core.app.stream.camera import CONSTRAINTS
from fer_core.app.stream.controls import show_busy, show_camera_choice
from fer_core.app.stream.handshake import UNKNOWN, connection_of, needs_run
from fer_core.app.stream.messages import SLOT_TAKEN, Message, asking_message, stream_message
from fer_core.app.stream.start import load_models
from fer_core.app.stream.tab import shared_left, watch_tab
from fer_core.app.stream.video import show_video
from fer_core.app.stream.visit import Phase, Visit
from fer_core.hosting.draining import shared_drain
from fer_core.streaming import LiveSnapshot

REFRESH_S: Final = 1.0
#: A page whose moments do not come for so long is drawn again; looked at so often.
STUCK_AFTER_S: Final = 6.0
LOOK_EVERY_S: Final = 3.0
WIDTHS: Final = (13, 7)

#: Draws a moment of the stream, and what there is to say about it.
Draw = Callable[[LiveSnapshot, Message | None], None]


@dataclass(frozen=True, slots=True)
class Places:
    """Where the parts stand. They must be the same in every phase: a frame that moves is loaded
    anew, which ends a connection."""

    head: DeltaGenerator
    video: DeltaGenerator
    side: DeltaGenerator


def usual_places(widths: tuple[int, int] = WIDTHS) -> Places:
    """Controls above, the video left, what it shows right of it."""
    head = st.container()
    video, side = st.columns(widths, gap="medium")
    return Places(head, video.container(gap=None), side)


def show_stream(
    visit: Visit,
    *,
    key: str,
    controls: Callable[[], None],
    start: Callable[[], None],
    beside: Draw,
    places: Places | None = None,
    lose: Callable[[], None] | None = None,
    cancel: Callable[[], None] | None = None,
    refresh_s: float = REFRESH_S,
    constraints: Mapping[str, Any] = CONSTRAINTS,
    shape: tuple[int, int] = (4, 3),
    width: str = "100%",
    shows_results: bool = False,
) -> None:
    """Draw a page's stream as the visit stands.

    Args:
        visit: whose stream.
        key: of the stream, one per page and kind; also of the element around the video.
        controls: draws the page's buttons, in every phase.
        start: tries to start; called again while all places are taken.
        beside: draws a moment of the stream while it runs, every ``refresh_s`` seconds.
        places: where the parts stand; ``usual_places()`` by default.
        lose: what to do where the place was lost; ``visit.reset`` by default.
        cancel: what to do where the visitor waits no more; ``visit.reset`` by default.
        refresh_s: seconds between moments that are drawn.
        constraints: what is asked of the camera.
        shape: width and height of the video, until the camera's are known.
        width: of the video, as CSS has it.
        shows_results: whether the page shows ``visit.results``, also those from before it was
            loaded anew.
    """
    places = places or usual_places()  # above what is not seen, which would take a gap each
    with st.container(gap=None):
        st.html(styles.HIDE_STATUS)
        watch_tab(visit, key=key, with_results=shows_results)
    if visit.presses.act():
        st.rerun()  # what the page drew before this is of before the press
    visit.presses.withdraw()
    if not visit.keep_place():
        (lose or visit.reset)()
        visit.message = visit.message or SLOT_TAKEN
        st.rerun()  # what the page drew before this is of a stream that runs
    with st.container():
        if visit.is_streaming:
            visit.note_drawn()
            _keep_going(visit)
    with places.head:
        controls()
        if visit.phase is Phase.BUSY:
            show_busy(visit, start, cancel or visit.reset, key=key)
        elif not visit.is_streaming:
            say(visit.message)
        offer_return(
            key,
            is_on=visit.is_streaming or visit.phase is Phase.BUSY,
            button=visit.presses.key,
        )
    with places.video:
        show_video(visit, key=key, container=key, constraints=constraints)
    if visit.is_streaming:
        with places.video:
            show_camera_choice(visit, key=key)
        # A container of its own: a fragment that grows overwrites what follows it.
        with places.side, st.container():
            st.fragment(_show_moment, run_every=refresh_s)(
                visit,
                key,
                beside,
                lambda size: styles.framed(key, size or shape, width),
            )
    else:
        st.html(styles.hidden(key, shape))
        with places.video:
            load_models(visit)


@st.fragment(run_every=LOOK_EVERY_S)
def _keep_going(visit: Visit) -> None:
    """Draw the page again where its moments have stopped coming, as seen on a busy machine."""
    if visit.is_streaming and visit.since_drawn_s > STUCK_AFTER_S:
        st.rerun()


def _show_moment(
    visit: Visit, key: str, beside: Draw, frame_of: Callable[[tuple[int, int] | None], str]
) -> None:
    """Draw this moment; also the page's sign of life."""
    session, lease = visit.session, visit.lease
    if session is None or lease is None or not lease.touch():
        st.rerun()
    snapshot = session.snapshot()
    visit.note_drawn()
    shared_left().note(visit, tab=visit.tab, key=key)
    stream = visit.stream_key(key)
    connection = connection_of(stream)
    has_frames = visit.has_picture(snapshot.since_frame_s)
    if (
        visit.note_picture(snapshot.since_frame_s)
        or visit.give_up_if_overdue(has_frames=has_frames, connection=connection)
        or (visit.phase is Phase.RUNNING and not has_frames and needs_run(stream))
    ):
        st.rerun()
    waiting = "" if snapshot.frames else styles.waiting(key)
    st.html(frame_of(snapshot.size or visit.size) + waiting)
    beside(snapshot, message_of(visit, snapshot, connection))


def message_of(visit: Visit, snapshot: LiveSnapshot, connection: str = UNKNOWN) -> Message | None:
    """What to say about a stream that runs; None where all is well."""
    if shared_drain().is_on:
        return Message("warning", shared_drain().sentence)
    if visit.phase is Phase.ASKING:
        return visit.message or asking_message(visit.in_phase_s)
    if snapshot.problem is not None:
        return Message("error", snapshot.problem)
    return stream_message(
        since_start_s=visit.in_phase_s,
        since_frame_s=snapshot.since_frame_s if visit.has_picture(snapshot.since_frame_s) else None,
        since_face_s=snapshot.since_face_s,
        connection=connection,
    )
