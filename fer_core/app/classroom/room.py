"""A room that is open, as its educator sees it: code, who joined, lines, markers."""

from urllib.parse import urlsplit

import numpy as np
import streamlit as st

from fer_core.access import Access, Role
from fer_core.app.access.rights import require_role
from fer_core.app.classroom import state, texts
from fer_core.app.classroom.codes import grouped
from fer_core.app.classroom.summary import Markers, local_time, show_answers, show_lines
from fer_core.app.classroom.watch import show_camera
from fer_core.app.language.spoken import number, told, tr
from fer_core.app.parts.links import app_address, show_qr
from fer_core.app.parts.zone import visitor_zone
from fer_core.app.stream.styles import HIDE_STATUS
from fer_core.classroom.lesson import Lesson
from fer_core.classroom.measures import FACING
from fer_core.errors import FerError
from fer_core.hosting.addresses import is_loopback
from fer_core.storage import Store, answers, audit, rooms, shared_store
from fer_core.storage.room_tables import Room
from fer_core.text import markdown_escape

EVERY_S = 1.0
#: A student gave a sign of life within so many seconds.
_CONNECTED_S = 30
#: Figures are of now if their second lies no further back.
_FRESH_S = {"devices": 8, "camera": 15}
#: What is refreshed every second neither fades meanwhile nor shows the sign of a running script.
_STEADY = f"{HIDE_STATUS}<style>[data-stale='true'] {{ opacity: 1 !important; }}</style>"


def lesson_of(room: Room) -> tuple[Lesson, Markers]:
    """What was shown of the room so far, and its markers; asks only for what is new.

    Raises:
        FerError: the visitor may not see it, or the database cannot be used.
    """
    access = require_role(Role.EDUCATOR)
    store = shared_store()
    known = state.this_state().lessons
    before = known.get(room.id)
    # The newest seconds again: they may have come in another order.
    since_s = int(before.times_s[-1]) - 10 if before is not None and len(before) else 0
    with store.read() as session:
        if rooms.get_room(session, room_id=room.id, holder=access.number or 0) is None:
            return Lesson.of([]), []
        new = Lesson.of(
            rooms.load_seconds(session, room_id=room.id, start_s=since_s),
            answers.list_answers(session, room_id=room.id),
        )
        markers = [(one.at_s, one.label) for one in rooms.list_markers(session, room_id=room.id)]
    whole = new if before is None else before.then(new)
    known.clear()  # one lesson at a time
    known[room.id] = whole
    _note_look(store, access, room.id)
    return whole, markers


def _note_look(store: Store, access: Access, room_id: int) -> None:
    """The audit log says once per visit that somebody looked, not once per second."""
    looked = state.this_state().looked
    if room_id in looked:
        return
    with store.write() as session:
        audit.note(
            session,
            number=access.number,
            action="looked",
            subject=f"room {room_id}",
            now_s=store.now_s(),
        )
    looked.add(room_id)


def show_open_room(room: Room) -> None:
    """Draw the room."""
    st.subheader(markdown_escape(room.title), anchor=False)
    st.html(_STEADY)
    if problem := state.this_state().take_room_problem():
        st.error(problem)
    if room.mode == "camera":
        show_camera(room)
    else:
        _show_invitation(room)
    _show_markers(room)
    with st.container():  # of its own: a fragment that grows overwrites what follows it
        _show_now(room)
    st.caption(tr(texts.INDEX))
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(tr("Close the room"), icon=":material/door_front:", key="close"):
            st.dialog(tr("Close the room?"))(_ask_close)(room)
        st.markdown(
            tr("It closes by itself at {time}.").format(
                time=local_time(room.closes_s, visitor_zone())
            ),
            width="content",
        )


def _ask_close(room: Room) -> None:
    require_role(Role.EDUCATOR)
    st.markdown(
        tr(
            "The lesson **{room}** ends for everybody, and the room cannot be opened again. Its "
            "lines stay among the lessons that are over."
        ).format(room=markdown_escape(room.title))
    )
    with st.container(horizontal=True):
        if st.button(
            tr("Close it"), type="primary", key="close-yes", on_click=_close, args=(room.id,)
        ):
            st.rerun()
        if st.button(tr("Go on"), key="close-no"):
            st.rerun()


def link_of(code: str) -> str:
    """The room's link, by the address under which the educator reaches the app."""
    address = app_address()
    return f"{address}/classroom?room={code}" if address else ""


def _show_invitation(room: Room) -> None:
    link = link_of(room.code)
    with shared_store().read() as session:
        joined = rooms.count_members(session, room_id=room.id)
    # Out of the way once somebody is there; the code still stands on it.
    invite = tr("Invite students: {code}").format(code=grouped(room.code))
    with st.expander(invite, expanded=joined == 0, icon=":material/qr_code:"):
        words, picture = st.columns((3, 1), vertical_alignment="center")
        with words:
            st.markdown(tr("Students open this link, or enter the code on this page:"))
            st.markdown(f"# {grouped(room.code)}")
            st.code(link or f"/classroom?room={room.code}", language=None, wrap_lines=True)
            host = urlsplit(link).hostname or ""
            if is_loopback(host):
                st.warning(
                    tr(
                        "This address works on this computer only: for other devices start the app "
                        "by `make run HOST=0.0.0.0`, and open the address that it prints here."
                    )
                )
        if link:
            with picture:
                show_qr(link)


def _show_markers(room: Room) -> None:
    with st.form("marker", clear_on_submit=True, border=False):
        field, press = st.columns((4, 1), vertical_alignment="bottom")
        label = field.text_input(
            tr("What happens now"), max_chars=60, placeholder=tr("explained fractions")
        )
        pressed = press.form_submit_button(
            tr("Set a marker"), icon=":material/flag:", width="stretch"
        )
    if not pressed:
        return
    access = require_role(Role.EDUCATOR)
    store = shared_store()
    try:
        with store.write() as session:
            if rooms.get_room(session, room_id=room.id, holder=access.number or 0) is not None:
                rooms.add_marker(session, room_id=room.id, label=label, now_s=store.now_s())
    except FerError as error:
        st.error(told(error))


@st.fragment(run_every=EVERY_S)
def _show_now(room: Room) -> None:
    """Every second: how many joined, and from k people on the lines."""
    access = require_role(Role.EDUCATOR)
    store = shared_store()
    now_s = store.now_s()
    try:
        with store.read() as session:
            mine = rooms.get_room(session, room_id=room.id, holder=access.number or 0)
            joined = rooms.count_members(session, room_id=room.id)
            here = rooms.count_members(session, room_id=room.id, seen_after_s=now_s - _CONNECTED_S)
        if mine is None or mine.closed_s is not None or mine.closes_s <= now_s:
            state.this_state().stop_camera()
            st.rerun()
        lesson, markers = lesson_of(room)
    except FerError as error:
        st.error(told(error))
        return
    if store.problem:
        st.warning(tr(store.problem))
    is_fresh = len(lesson) > 0 and lesson.times_s[-1] >= now_s - _FRESH_S[room.mode]
    _show_counts(room, joined, here, int(lesson.people[-1]) if is_fresh else 0)
    if room.mode == "devices":
        show_answers(lesson)
    if len(lesson):
        show_lines(lesson, markers, key="now")
        if not np.isfinite(lesson.values[:, FACING]).any():
            st.caption(
                tr(
                    "Pose and eyes of at least {k} people could not be measured: their faces are "
                    "under 48 px wide. Bring the camera closer."
                ).format(k=number(room.k_min))
            )


def _show_counts(room: Room, joined: int, here: int, people: int) -> None:
    counted = tr("{n} people").format(n=number(people)) if people else tr("nobody")
    if room.mode == "devices":
        left, middle, right = st.columns(3)
        left.metric(tr("Joined"), joined)
        middle.metric(tr("Connected now"), here)
        right.metric(tr("Figures are of"), counted)
    elif people:
        st.metric(tr("Figures are of"), counted)
    if not people:
        text = tr("Figures appear when at least {k} people are seen at the same time.").format(
            k=number(room.k_min)
        )
        pause = tr(
            "Where somebody leaves, they may pause until others come or go, so that nobody's "
            "coming or going shows anything about them."
        )
        st.info(f"{text} {pause}" if room.mode == "devices" else text, icon=":material/groups:")


def _close(room_id: int) -> None:
    access = require_role(Role.EDUCATOR)
    store = shared_store()
    state.this_state().stop_camera()
    try:
        with store.write() as session:
            number = access.number or 0
            now_s = store.now_s()
            if rooms.close_room(session, room_id=room_id, holder=number, now_s=now_s):
                audit.note(
                    session, number=number, action="closed", subject=f"room {room_id}", now_s=now_s
                )
    except FerError as error:
        state.this_state().room_problem = told(error)
