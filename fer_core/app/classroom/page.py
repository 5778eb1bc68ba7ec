"""The Classroom page: who comes by a room's address is a student, who opens rooms an educator."""

import time

import streamlit as st

from fer_core.access import Role
from fer_core.app.access.rights import current_access, is_owner
from fer_core.app.classroom import state, texts
from fer_core.app.classroom.codes import plain
from fer_core.app.classroom.educator import show_educator
from fer_core.app.classroom.joining import ask_for_code
from fer_core.app.classroom.student import show_room_for_student, show_self_view
from fer_core.app.classroom.summary import show_lesson
from fer_core.app.language.spoken import number, told, tr
from fer_core.classroom.demo import PEOPLE, make_demonstration
from fer_core.config import settings
from fer_core.errors import FerError
from fer_core.text import mark

RIGHT = mark("Educators open rooms: whoever runs this server gives that role by a link.")
OWN_RIGHT = mark("Educators open rooms: the Access page gives that role by a link.")


def show_classroom_page() -> None:
    """Draw the page."""
    st.title(tr("Classroom"), anchor=False)
    st.markdown(tr(texts.LEAD))
    code = plain(st.query_params.get("room", ""))
    try:
        if code:
            show_room_for_student(code)
            if not state.this_state().is_seen:
                st.button(tr("To the start of this page"), type="tertiary", on_click=_leave_address)
        elif state.this_state().is_self_view:
            show_self_view()
        elif current_access().has(Role.EDUCATOR):
            show_educator(show_demonstration)
        else:
            _show_visitor()
    except FerError as error:
        st.error(told(error))


def _leave_address() -> None:
    st.query_params.clear()
    state.this_state().gone_code = ""


def _show_visitor() -> None:
    code, own = st.columns(2, gap="medium")
    with code:
        ask_for_code()
    with own, st.container(border=True):
        st.markdown(tr("**Your own view**: what is measured, on your own face; stored nowhere."))
        st.button(tr("Try it on myself"), icon=":material/face:", key="self", on_click=_open_self)
    st.caption(f"{tr(OWN_RIGHT if is_owner() else RIGHT)} {tr(texts.LAW)}")
    show_demonstration()


def _open_self() -> None:
    state.this_state().is_self_view = True


def show_demonstration() -> None:
    """A simulated lesson, marked as such."""
    st.header(tr("Demonstration"), anchor=False)
    mine = state.this_state()
    if mine.demo_s is None:
        now_s = int(time.time())
        mine.demo_s = now_s - now_s % 3600 - 3600
    shown = make_demonstration(mine.demo_s, settings().k_min)
    st.info(
        tr("A simulated lesson of {n} simulated students: nobody was filmed for it.").format(
            n=number(PEOPLE)
        ),
        icon=":material/science:",
    )
    show_lesson(
        shown.lesson,
        [(at_s, tr(label)) for at_s, label in shown.markers],
        start_s=shown.start_s,
        end_s=shown.end_s,
        key="demo",
        name="mien-demonstration",
        model=mark("none: simulated"),
    )
