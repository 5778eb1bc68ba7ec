"""The educator's desk: opens a room, shows the one that is open, and the lessons that are over."""

from collections.abc import Callable
from datetime import datetime

import streamlit as st

from fer_core.access import Access, Role
from fer_core.app.access.rights import require_role
from fer_core.app.classroom import texts
from fer_core.app.classroom.joining import present_purpose
from fer_core.app.classroom.room import lesson_of, show_open_room
from fer_core.app.classroom.state import this_state
from fer_core.app.classroom.summary import show_lesson
from fer_core.app.language.spoken import moment, number, told, tr
from fer_core.app.parts.zone import visitor_zone
from fer_core.classification.identity import identity_or_none
from fer_core.config import settings
from fer_core.errors import FerError
from fer_core.storage import audit, rooms, shared_store
from fer_core.storage.choices import may_others_join
from fer_core.storage.room_tables import Room
from fer_core.text import mark, markdown_escape

MODES = {
    "devices": mark("Students join from their own devices"),
    "camera": mark("One camera faces the class"),
}
LONGEST_MIN, USUAL_MIN, MOST_K = 480, 90, 30


def show_educator(show_demonstration: Callable[[], None]) -> None:
    """Draw the desk.

    Args:
        show_demonstration: draws a simulated lesson, where there is no own one.

    Raises:
        FerError: the database cannot be used.
    """
    access = require_role(Role.EDUCATOR)
    store = shared_store()
    now_s = store.now_s()
    with store.read() as session:
        mine = rooms.list_rooms(session, holder=access.number or 0)
        is_allowed = may_others_join(session)
    still_open = [one for one in mine if one.closed_s is None and one.closes_s > now_s]
    over = [one for one in mine if one not in still_open]
    if still_open and is_allowed:
        show_open_room(still_open[0])
        return
    if is_allowed:
        _show_form(access)
        st.caption(texts.law_text(present_purpose()))
    else:
        is_owner = access.has(Role.OWNER)
        text = texts.OWN_NO_PURPOSE if is_owner else texts.NO_PURPOSE
        st.info(tr(text), icon=":material/gavel:")
        st.caption(tr(texts.LAW))
        st.button(tr("Try it on myself"), icon=":material/face:", key="self", on_click=_open_self)
    if over:
        _show_past(over)
    else:
        show_demonstration()


def _open_self() -> None:
    this_state().is_self_view = True


def _show_form(access: Access) -> None:
    least = settings().k_min
    with st.form("room", border=True):
        title = st.text_input(tr("Lesson"), max_chars=60, placeholder=tr("Mathematics, form 7b"))
        mode = st.radio(
            tr("How"), list(MODES), format_func=lambda mode: tr(MODES[mode]), horizontal=True
        )
        minutes_place, k_place = st.columns(2)
        minutes = minutes_place.number_input(
            tr("Closes by itself after (minutes)"), 5, LONGEST_MIN, USUAL_MIN, step=5
        )
        k_min = k_place.number_input(
            tr("Smallest group that is shown"),
            least,
            max(MOST_K, least),
            least,
            help=tr(
                "Fewer people show nothing; whoever runs this server allows no less than {k}"
            ).format(k=number(least)),
        )
        pressed = st.form_submit_button(
            tr("Open the room"), type="primary", icon=":material/meeting_room:"
        )
    if not pressed:
        return
    store = shared_store()
    now_s = store.now_s()
    model = identity_or_none(settings().model)
    try:
        with store.write() as session:
            room = rooms.open_room(
                session,
                title=title,
                mode=mode,
                holder=access.number or 0,
                # Not left to the field, whose value a browser sends.
                k_min=max(least, int(k_min)),
                now_s=now_s,
                closes_s=now_s + 60 * int(minutes),
                # As files name it, in English.
                model=settings().model if model is None else model.text,
            )
            audit.note(
                session,
                number=access.number,
                action="opened",
                subject=f"room {room.id}, {mode}, k {room.k_min}",
                now_s=now_s,
            )
    except FerError as error:
        st.error(told(error))
        return
    st.rerun()


def _show_past(over: list[Room]) -> None:
    zone = visitor_zone()
    st.header(tr("Lessons that are over"), anchor=False)
    names = {
        one.id: f"{one.title}, {moment(datetime.fromtimestamp(one.opened_s).astimezone(zone))}"
        for one in over
    }
    chosen = st.selectbox(tr("Lesson"), list(names), format_func=names.__getitem__, key="past")
    room = next(one for one in over if one.id == chosen)
    lesson, markers = lesson_of(room)
    if not len(lesson):
        st.info(
            tr(
                "Nothing was shown of {room}: there were never {k} people at once, or what was "
                "recorded is older than the retention period."
            ).format(room=markdown_escape(room.title), k=number(room.k_min))
        )
        return
    show_lesson(
        lesson,
        markers,
        start_s=room.opened_s,
        end_s=room.closed_s or room.closes_s,
        key=f"past-{room.id}",
        name=f"mien-room-{room.id}",
        model=room.model or "",
        on_export=lambda: _note_export(room.id),
    )
    st.caption(
        tr("Kept for {days} days after the room was closed.").format(
            days=number(settings().retention_days)
        )
    )


def _note_export(room_id: int) -> None:
    access = require_role(Role.EDUCATOR)
    store = shared_store()
    with store.write() as session:
        audit.note(
            session,
            number=access.number,
            action="exported",
            subject=f"room {room_id}",
            now_s=store.now_s(),
        )
