"""What a student sees: the own view, leaving, a room that is closed. Nothing of anybody else."""

from collections.abc import Callable

import streamlit as st

from fer_core.app.access import cookies
from fer_core.app.classroom import state, texts
from fer_core.app.classroom.answering import ask_how_it_goes
from fer_core.app.classroom.joining import (
    STREAM_KEY,
    find_open,
    keep_no_place,
    show_consent,
    show_notice,
    start_on_device,
    start_own,
)
from fer_core.app.classroom.state import ClassroomState
from fer_core.app.device.visit import consent_of_ways, show_ways
from fer_core.app.language.spoken import number, percent, told, tr
from fer_core.app.parts.notices import say
from fer_core.app.stream.figures import show_face
from fer_core.app.stream.show import show_stream, usual_places
from fer_core.classroom.measures import CONCENTRATION, EYES_OPEN, FACING, index_numbers
from fer_core.classroom.membership import (
    Place,
    find_place,
    is_still_in,
    leave_and_erase,
)
from fer_core.config import settings
from fer_core.errors import FerError
from fer_core.storage import rooms, shared_store
from fer_core.text import markdown_escape

_CHECK_EVERY_S = 2.0


def show_room_for_student(code: str) -> None:
    """Draw the room of this code as a student sees it.

    Raises:
        FerError: the database cannot be used.
    """
    if state.this_state().gone_code == code:
        _show_gone()
        return
    store = shared_store()
    place = find_place(store, code=code, key=cookies.read_token(cookies.PERSON))
    room = find_open(code, is_known=place is not None)
    if place is not None and room is not None and place.is_agreed:
        _show_own_view(place)
    elif place is not None and room is None:
        state.this_state().stop_own()
        _show_closed(place)
    elif room is not None and room.mode == "devices":
        show_consent(room)
    elif room is not None:
        show_notice(room)


# --- during -------------------------------------------------------------------------------------


def _show_own_view(place: Place) -> None:
    mine = state.this_state()

    def controls() -> None:
        st.subheader(markdown_escape(place.title), anchor=False)
        _say_problem()
        st.markdown(
            tr(
                "You are here as **{name}**. What you see below is yours alone; the educator sees "
                "means of at least {k} people."
            ).format(name=markdown_escape(place.pseudonym), k=number(place.k_min))
        )
        with st.container(horizontal=True):
            if not mine.is_seen:
                show_ways(
                    mine.own,
                    tr("Go on with my camera"),
                    key="go-on",
                    on_device=lambda: start_on_device(place),
                    on_server=lambda: start_own(place),
                )
            st.button(
                tr("Leave and erase"),
                icon=":material/logout:",
                key="leave",
                on_click=_leave,
                args=(place,),
                help=tr("Turns the camera off and erases what was stored about you in this room."),
            )
        if problem := shared_store().problem:
            st.warning(tr(problem))

    _show_own_stream(mine, controls, place)


def _show_own_stream(
    mine: ClassroomState, controls: Callable[[], None], place: Place | None
) -> None:
    places = usual_places()
    if mine.device.is_on:
        with places.head:
            controls()
        with places.video:
            mine.device.show(
                key="class_device", shows="self", windows={"concentration": index_numbers()}
            )
        with places.side:
            _show_own_figures(mine, place)
        return
    show_stream(
        mine.own,
        key=STREAM_KEY,
        controls=controls,
        start=lambda: start_own(place),
        beside=show_face,
        places=places,
    )
    if mine.own.is_streaming:
        with places.side:
            _show_own_figures(mine, place)


@st.fragment(run_every=_CHECK_EVERY_S)
def _show_own_figures(mine: ClassroomState, place: Place | None) -> None:
    """What was measured of oneself in the last second; ends the view with the room."""
    if place is not None and not _is_still_there(place):
        mine.stop_own()
        st.rerun()
    if place is not None:
        ask_how_it_goes(mine, place)
    second = None if mine.meter is None else mine.meter.newest
    say(mine.device.message)
    if second is None or not second.is_complete or not mine.is_seen:
        return
    if place is not None and mine.meter is not None and mine.meter.is_still:
        st.warning(tr(texts.STILL))
    facing, eyes, index = second.values[[FACING, EYES_OPEN, CONCENTRATION]]
    st.caption(
        tr(
            "Your last second: facing the screen {facing}, eyes open {eyes}, concentration index "
            "{index}."
        ).format(facing=percent(facing), eyes=percent(eyes), index=number(index, 1))
    )


def _is_still_there(place: Place) -> bool:
    store = shared_store()
    try:
        with store.read() as session:
            return is_still_in(session, place, now_s=store.now_s())
    except FerError:
        return True  # what can't be looked up is said by the page, and ends nobody's view


# --- after --------------------------------------------------------------------------------------


def _leave(place: Place) -> None:
    mine = state.this_state()
    mine.stop_own()
    keep_no_place(place)
    try:
        if leave_and_erase(shared_store(), place):
            mine.forgets = True
    except FerError as error:
        mine.problem = told(error)
        if _is_member(place):
            return
    mine.gone_code = place.code


def _is_member(place: Place) -> bool:
    try:
        with shared_store().read() as session:
            return rooms.is_member(session, room_id=place.room_id, person_id=place.person_id)
    except FerError:
        return True


def _show_gone() -> None:
    mine = state.this_state()
    if mine.forgets:
        mine.forgets = False
        cookies.remember(cookies.PERSON, "")
    if not _say_problem():
        st.success(
            tr(
                "You have left the room. The camera is off, and what was stored about you in it is "
                "erased."
            ),
            icon=":material/check_circle:",
        )
    if st.button(tr("Join again"), key="again"):
        mine.gone_code = ""
        st.rerun()


def _say_problem() -> bool:
    """Say why leaving did not go as it should; whether there was something to say."""
    problem = state.this_state().take_problem()
    if problem:
        st.warning(problem)
    return bool(problem)


def _show_closed(place: Place) -> None:
    _say_problem()
    st.info(
        tr("The room {room} is closed; your camera is off.").format(
            room=markdown_escape(place.title)
        )
    )
    st.markdown(
        tr(
            "What was stored about you as **{name}** is kept for {days} days, unless you erase it "
            "now."
        ).format(name=markdown_escape(place.pseudonym), days=number(settings().retention_days))
    )
    st.button(
        tr("Erase what was stored about me"),
        type="primary",
        icon=":material/delete:",
        key="leave",
        on_click=_leave,
        args=(place,),
    )


# --- self-view ----------------------------------------------------------------------------------


def show_self_view() -> None:
    """One's own view without a room: nothing is stored, nobody else sees it."""
    mine = state.this_state()

    def controls() -> None:
        st.subheader(tr("Your own view"), anchor=False)
        nobody = tr("Nobody else sees this.")
        st.markdown(f"{consent_of_ways()}  \n{nobody}")
        with st.container(horizontal=True):
            if not mine.is_seen:
                show_ways(
                    mine.own,
                    tr("Start"),
                    key="start",
                    on_device=lambda: start_on_device(None),
                    on_server=lambda: start_own(None),
                )
            st.button(tr("Back"), icon=":material/arrow_back:", key="back", on_click=_end_self_view)

    _show_own_stream(mine, controls, None)


def _end_self_view() -> None:
    mine = state.this_state()
    mine.stop_own()
    mine.is_self_view = False
