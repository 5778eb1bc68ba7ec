"""A student's way: code, consent, own view, leaving. Nothing of anybody else is on it."""

import time

import streamlit as st

from fer_core.app import cookies
from fer_core.app.classroom import state, texts
from fer_core.app.classroom.stream import show_stream, warm_up
from fer_core.app.live_figures import show_face
from fer_core.app.messages import CONSENT
from fer_core.app.plain import plain
from fer_core.app.resources import make_live_pipeline, shared_admission
from fer_core.app.visit import Visit
from fer_core.classroom.measures import CONCENTRATION, EYES_OPEN, FACING
from fer_core.classroom.membership import Place, find_place, join, leave_and_erase
from fer_core.classroom.seconds import DeviceMeter
from fer_core.classroom.watching import WatchedPipeline
from fer_core.config import settings
from fer_core.errors import FerError
from fer_core.storage import rooms, shared_store
from fer_core.storage.choices import get_choice, may_others_join
from fer_core.storage.tables import Room
from fer_core.types import FrameResult

_CHECK_EVERY_S = 2.0
_GONE = "class_gone"
_WRONG = "class_wrong"


def ask_for_code() -> None:
    """A field for the room's code; opens the room's own address."""
    with st.form("code", border=True):
        code = st.text_input(
            "Room code", max_chars=20, help="Eight letters and digits that your educator gives you."
        )
        if st.form_submit_button("Enter", type="primary", icon=":material/login:") and code.strip():
            st.query_params["room"] = code.strip().upper()
            st.rerun()


def show_room_for_student(code: str) -> None:
    """Draw the room of this code as a student sees it.

    Raises:
        FerError: the database cannot be used.
    """
    if st.session_state.get(_GONE) == code:
        _show_gone()
        return
    store = shared_store()
    place = find_place(store, code=code, key=cookies.read_token(cookies.PERSON))
    room = _find_open(code, is_known=place is not None)
    if place is not None and room is not None:
        _show_own_view(place)
    elif place is not None:
        state.stop_own()
        _show_closed(place)
    elif room is not None and room.mode == "devices":
        _show_consent(room)
    elif room is not None:
        _show_notice(room)


def _find_open(code: str, *, is_known: bool) -> Room | None:
    """The open room of this code; else says why not."""
    store = shared_store()
    limiter, address = state.code_limiter(), state.address()
    if not is_known and (wait_s := limiter.wait_s(address)) > 0:
        st.error(f"Too many wrong codes: try again in {max(1, round(wait_s / 60))} minutes.")
        return None
    with store.read() as session:
        room = rooms.find_room(session, code=code, now_s=store.now_s())
        is_allowed = may_others_join(session)
    if room is not None and is_allowed:
        return room
    if is_known:
        return None
    if room is not None:
        st.info("Nobody can join now: the owner of this server has not chosen a purpose for it.")
        return None
    if st.session_state.get(_WRONG) != code:  # one try counts once, however often it is drawn
        st.session_state[_WRONG] = code
        limiter.note_wrong(address)
    st.error("No open room has this code: check it with the person who gave it.")
    ask_for_code()
    return None


# --- before -------------------------------------------------------------------------------------


def _show_consent(room: Room) -> None:
    visit = state.own_visit()
    text = _consent_of(room)
    st.subheader(f"Join {plain(room.title)}", anchor=False)
    with st.container(border=True):
        for line in text.splitlines():
            head, _, rest = line.partition(": ")
            st.markdown(f"**{plain(head)}**: {plain(rest)}" if rest else plain(line))
    st.caption(texts.LAW)
    if not warm_up(visit):
        return
    if st.button("I agree, join with my camera", type="primary", key="agree"):
        try:
            place, key = join(
                shared_store(),
                code=room.code,
                key=cookies.read_token(cookies.PERSON),
                consent_text=text,
            )
        except FerError as error:
            st.error(str(error))
            return
        if key is not None:
            cookies.remember(cookies.PERSON, key)
        _start(visit, place)
        st.rerun()


def _consent_of(room: Room) -> str:
    with shared_store().read() as session:
        choice = get_choice(session, key="purpose")
    purpose = texts.purpose_text(choice.value if choice else {})
    return texts.consent_text(k_min=room.k_min, days=settings().retention_days, purpose=purpose)


def _start(visit: Visit, place: Place | None) -> None:
    meter, model, detector = DeviceMeter(), visit.model, visit.detector

    def watch(result: FrameResult) -> None:
        meter.add(result, time.time())

    visit.start(
        shared_admission(), lambda: WatchedPipeline(make_live_pipeline(model, detector), watch)
    )
    if visit.is_streaming:
        state.note_streaming(place, meter)


# --- during -------------------------------------------------------------------------------------


def _show_own_view(place: Place) -> None:
    visit = state.own_visit()

    def head() -> None:
        st.subheader(plain(place.title), anchor=False)
        st.markdown(
            f"You are here as **{plain(place.pseudonym)}**. What you see below is yours alone; "
            f"the educator sees means of at least {place.k_min} people."
        )
        with st.container(horizontal=True):
            if not visit.is_streaming and warm_up(visit):
                st.button(
                    "Go on with my camera",
                    type="primary",
                    icon=":material/videocam:",
                    key="go-on",
                    on_click=_start,
                    args=(visit, place),
                )
            st.button(
                "Leave and erase",
                icon=":material/logout:",
                key="leave",
                on_click=_leave,
                args=(place,),
                help="Turns the camera off and erases what was stored about you in this room.",
            )
        if problem := shared_store().problem:
            st.warning(problem)

    def beside() -> None:
        show_face(visit)
        _show_own_figures(visit, place)

    show_stream(
        visit, key="class_stream", head=head, beside=beside, start=lambda: _start(visit, place)
    )


@st.fragment(run_every=_CHECK_EVERY_S)
def _show_own_figures(visit: Visit, place: Place | None) -> None:
    """What was measured of oneself in the last second; ends the view with the room."""
    if place is not None and not _is_still_there(place):
        state.stop_own()
        st.rerun()
    meter: DeviceMeter | None = st.session_state.get("class_meter")
    second = None if meter is None else meter.newest
    if second is None or not second.is_complete or not visit.is_streaming:
        return
    facing, eyes, index = second.values[[FACING, EYES_OPEN, CONCENTRATION]]
    st.caption(
        f"Your last second: facing the screen {facing:.0%}, eyes open {eyes:.0%}, "
        f"concentration index {index:.1f}."
    )


def _is_still_there(place: Place) -> bool:
    store = shared_store()
    try:
        with store.read() as session:
            return (
                rooms.find_room(session, code=place.code, now_s=store.now_s()) is not None
                and rooms.is_member(session, room_id=place.room_id, person_id=place.person_id)
                and may_others_join(session)
            )
    except FerError:
        return True  # what can't be looked up is said by the page, and ends nobody's view


# --- after --------------------------------------------------------------------------------------


def _leave(place: Place) -> None:
    state.stop_own()
    try:
        if leave_and_erase(shared_store(), place):
            st.session_state["class_forget"] = True
    except FerError as error:
        st.session_state["class_problem"] = str(error)
    st.session_state[_GONE] = place.code


def _show_gone() -> None:
    if st.session_state.pop("class_forget", False):
        cookies.remember(cookies.PERSON, "")
    if problem := st.session_state.pop("class_problem", None):
        st.warning(problem)
    else:
        st.success(
            "You have left the room. The camera is off, and what was stored about you in it is "
            "erased.",
            icon=":material/check_circle:",
        )
    if st.button("Join again", key="again"):
        del st.session_state[_GONE]
        st.rerun()


def _show_closed(place: Place) -> None:
    st.info(f"The room {plain(place.title)} is closed; your camera is off.")
    st.markdown(
        f"What was stored about you as **{plain(place.pseudonym)}** is kept for "
        f"{settings().retention_days} days, unless you erase it now."
    )
    st.button(
        "Erase what was stored about me",
        type="primary",
        icon=":material/delete:",
        key="leave",
        on_click=_leave,
        args=(place,),
    )


def _show_notice(room: Room) -> None:
    st.subheader(texts.NOTICE_TITLE, anchor=False)
    st.markdown(texts.NOTICE.format(k=room.k_min, days=settings().retention_days))
    st.caption(texts.LAW)


# --- self-view ----------------------------------------------------------------------------------


def show_self_view() -> None:
    """One's own view without a room: nothing is stored, nobody else sees it."""
    visit = state.own_visit()

    def head() -> None:
        st.subheader("Your own view", anchor=False)
        st.markdown(f":material/lock: {CONSENT} Nobody else sees this.")
        with st.container(horizontal=True):
            if not visit.is_streaming and warm_up(visit):
                st.button(
                    "Start",
                    type="primary",
                    icon=":material/videocam:",
                    key="start",
                    on_click=_start,
                    args=(visit, None),
                )
            st.button("Back", icon=":material/arrow_back:", key="back", on_click=_end_self_view)

    def beside() -> None:
        show_face(visit)
        _show_own_figures(visit, None)

    show_stream(
        visit, key="class_stream", head=head, beside=beside, start=lambda: _start(visit, None)
    )


def _end_self_view() -> None:
    state.stop_own()
    st.session_state.pop("class_self", None)
