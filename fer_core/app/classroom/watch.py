"""One camera that faces a class: notice, confirmations, and no word about a single face."""

import time
from typing import Any, Final

import av
import streamlit as st

from fer_core.access import Role
from fer_core.app.access.rights import require_role
from fer_core.app.classroom import state, texts
from fer_core.app.classroom.state import ClassroomState
from fer_core.app.language.spoken import number, told, tr
from fer_core.app.parts.notices import say
from fer_core.app.resources import shared_admission
from fer_core.app.stream.messages import NO_FACE, Message
from fer_core.app.stream.show import show_stream
from fer_core.app.stream.start import start_button
from fer_core.classroom.camera import build_room_pipeline
from fer_core.errors import FerError
from fer_core.imaging.frame import Frame
from fer_core.storage import audit, shared_store
from fer_core.storage.room_tables import Room
from fer_core.streaming.watching import WatchedPipeline
from fer_core.types import FrameResult

#: A search of 1280x720 for faces of 24 px takes most of a second; once a second is enough.
WATCH_HZ: Final = 1.0
ASKED_WIDTH: Final = 1280
CONSTRAINTS: Final[dict[str, Any]] = {
    "video": {
        "width": {"ideal": ASKED_WIDTH},
        "height": {"ideal": 720},
        "frameRate": {"ideal": 10},
        "facingMode": "environment",
    },
    "audio": False,
}


def show_camera(room: Room) -> None:
    """Draw the notice, the confirmations and the camera's picture, without labels."""
    mine = state.this_state()

    def controls() -> None:
        if mine.camera.is_streaming:
            _show_notice(room)
            st.button(
                tr("Stop the camera"),
                icon=":material/stop_circle:",
                key="camera-stop",
                on_click=mine.stop_camera,
            )
        else:
            _ask(mine, room)

    show_stream(
        mine.camera,
        key="class_camera_stream",
        controls=controls,
        start=lambda: _start(mine, room),
        beside=lambda _, message: _show_view(mine, room.k_min, message),
        constraints=CONSTRAINTS,
        shape=(16, 9),
    )


def _show_notice(room: Room) -> None:
    with st.container(border=True, key="class_notice"):
        st.markdown(f"## :material/videocam: {tr(texts.NOTICE_TITLE)}")
        st.markdown(texts.notice_text(room.k_min))


def _ask(mine: ClassroomState, room: Room) -> None:
    st.markdown(tr("Place the camera where it sees every face, and confirm before it starts:"))
    said = [
        st.checkbox(tr(text), key=f"confirm-{room.id}-{index}")
        for index, text in enumerate(texts.CAMERA_CONFIRMATIONS)
    ]
    st.caption(
        tr(
            "While it runs, this page shows a notice: show it to the class. Pose and eyes are "
            "measured in faces from 48 px on, expressions from 24 px on."
        )
    )
    start_button(
        mine.camera,
        tr("Start the camera"),
        key="camera-start",
        on_click=_confirm,
        args=(mine, room),
        is_ready=all(said),
    )


def _confirm(mine: ClassroomState, room: Room) -> None:
    access = require_role(Role.EDUCATOR)
    store = shared_store()
    try:
        with store.write() as session:
            audit.note(
                session,
                number=access.number,
                action="confirmed",
                subject=f"notice and consent, room {room.id}",
                now_s=store.now_s(),
            )
    except FerError as error:  # what can't be noted is not begun
        mine.room_problem = told(error)
        return
    _start(mine, room)


def _start(mine: ClassroomState, room: Room) -> None:
    visit, hub = mine.camera, state.shared_hub()
    seat, model = hub.set_up(room.id, room.k_min), visit.model

    def watch(_: Frame, result: FrameResult) -> None:
        seat.meter.add(result, time.time())

    visit.start(
        shared_admission(),
        lambda: WatchedPipeline(build_room_pipeline(model), watch),
        mirror=False,
        analysis_hz=WATCH_HZ,
        annotate=_leave_untouched,
    )
    if visit.is_streaming:
        mine.seat = seat
    else:
        hub.take_down(seat)


def _leave_untouched(frame: av.VideoFrame, _: FrameResult | None, __: bool) -> av.VideoFrame:
    """No box and no label: nothing is said about a single face."""
    return frame


def _show_view(mine: ClassroomState, k_min: int, message: Message | None) -> None:
    """How many faces are in view, and how many of them count."""
    if message is not NO_FACE:  # a class may look away, and its count says as much
        say(message)
    seat = mine.seat
    if seat is not None and state.shared_hub().watching(seat.room_id) is not seat:
        mine.stop_camera()
        mine.room_problem = tr("Another camera watches this class now; this one was turned off.")
        st.rerun()
    width, height = (0, 0) if seat is None else seat.meter.size
    in_view, counted = (0, 0) if seat is None else (seat.meter.in_view, seat.meter.counted)
    with st.container(horizontal=True):
        st.metric(tr("Faces in view"), in_view if width else "…")
        st.metric(tr("Counted"), counted if width else "…", help=tr(texts.COUNTED))
    if width:
        st.caption(tr("Picture: {width} × {height}").format(width=width, height=height))
        if width < ASKED_WIDTH:
            st.info(
                tr(
                    "The picture arrives smaller than {px} px, so far faces are missed: the "
                    "camera, the computer or the connection gives no more now."
                ).format(px=number(ASKED_WIDTH)),
                icon=":material/photo_size_select_small:",
            )
    if width and counted < k_min:
        text = tr("Figures appear from {k} counted faces on.").format(k=number(k_min))
        st.info(f"{text} {tr(texts.COUNTED)}")
