"""How a student comes into a room: the code, the consent, the stream that follows."""

import time
from collections.abc import Callable

import streamlit as st

from fer_core.app.access import cookies
from fer_core.app.classroom import state, texts
from fer_core.app.classroom.codes import plain
from fer_core.app.device.visit import hindrance, is_device_offered
from fer_core.app.device.way import Way, is_offered
from fer_core.app.language.spoken import number, told, tr
from fer_core.app.parts.notices import say
from fer_core.app.resources import make_live_pipeline, shared_admission
from fer_core.app.stream.start import warm_up
from fer_core.app.stream.video import check_camera
from fer_core.classroom.membership import Place, join
from fer_core.classroom.seconds import DeviceMeter
from fer_core.config import settings
from fer_core.device.inlet import DeviceSecond
from fer_core.errors import FerError
from fer_core.imaging.frame import Frame
from fer_core.storage import rooms, shared_store
from fer_core.storage.choices import get_choice, may_others_join
from fer_core.storage.room_tables import Room
from fer_core.streaming.watching import WatchedPipeline
from fer_core.text import markdown_escape
from fer_core.types import FrameResult

STREAM_KEY = "class_stream"


def ask_for_code() -> None:
    """A field for the room's code; opens the room's own address."""
    with st.form("code", border=True):
        code = st.text_input(
            tr("Room code"),
            max_chars=20,
            help=tr("Eight letters and digits that your educator gives you."),
        )
        pressed = st.form_submit_button(tr("Enter"), type="primary", icon=":material/login:")
        if pressed and code.strip():
            st.query_params["room"] = plain(code)
            st.rerun()


def find_open(code: str, *, is_known: bool) -> Room | None:
    """The open room of this code; else says why not."""
    store = shared_store()
    limiter, address = state.code_limiter(), state.address()
    if not is_known and (wait_s := limiter.wait_s(address)) > 0:
        minutes = max(1, round(wait_s / 60))
        st.error(tr("Too many wrong codes: try again in {n} minutes.").format(n=number(minutes)))
        return None
    with store.read() as session:
        room = rooms.find_room(session, code=code, now_s=store.now_s())
        is_allowed = may_others_join(session)
    if room is not None and is_allowed:
        return room
    if is_known:
        return None
    if room is not None:
        st.info(
            tr("Nobody can join now: the owner of this server has not chosen a purpose for it.")
        )
        return None
    mine = state.this_state()
    if mine.wrong_code != code:  # one try counts once, however often it is drawn
        mine.wrong_code = code
        limiter.note_wrong(address)
    st.error(tr("No open room has this code: check it with the person who gave it."))
    ask_for_code()
    return None


def show_consent(room: Room) -> None:
    """What the student agrees to, and the button that joins and turns the camera on."""
    mine = state.this_state()
    visit = mine.own
    if visit.is_streaming:  # under a purpose that is no more in force
        mine.stop_own()
    text = _consent_of(room)
    st.subheader(tr("Join {room}").format(room=markdown_escape(room.title)), anchor=False)
    with st.container(border=True):
        for line in text.splitlines():
            head, _, rest = line.partition(": ")
            st.markdown(
                f"**{markdown_escape(head)}**: {markdown_escape(rest)}"
                if rest
                else markdown_escape(line)
            )
    st.caption(texts.law_text(present_purpose()))
    say(visit.message)
    check_camera(visit, key=STREAM_KEY)
    say(mine.device.problem)
    if is_offered(Way.SERVER) and not warm_up(visit):
        return
    on_device = is_device_offered()
    chosen = []
    with st.container(horizontal=True):
        if on_device:
            chosen.append(
                st.button(
                    tr("I agree, join with my camera"),
                    type="primary",
                    icon=":material/devices:",
                    key="agree_device",
                )
            )
        if is_offered(Way.SERVER):
            over, camera = tr("I agree, join over the server"), tr("I agree, join with my camera")
            label = over if on_device else camera
            chosen.append(
                st.button(label, type="secondary" if on_device else "primary", key="agree")
            )
    if not chosen:
        st.error(hindrance())
    if any(chosen):
        limiter, address = state.join_limiter(), state.address()
        held = cookies.read_token(cookies.PERSON)
        if held is None and (wait_s := limiter.wait_s(address)) > 0:
            st.error(
                tr(
                    "Too many new people joined from your network: try again in {n} minutes."
                ).format(n=number(max(1, round(wait_s / 60))))
            )
            return
        try:
            place, key = join(
                shared_store(),
                code=room.code,
                key=held,
                consent_text=text,
            )
        except FerError as error:
            st.error(told(error))
            return
        if key is not None:
            cookies.remember(cookies.PERSON, key)
            if address:  # not this computer
                limiter.note_wrong(address)  # somebody new, as far as the server can tell
        if on_device and chosen[0]:
            start_on_device(place)
        else:
            start_own(place)
        st.rerun()


def present_purpose() -> str:
    """The purpose in force, in words."""
    with shared_store().read() as session:
        choice = get_choice(session, key="purpose")
    return texts.purpose_text(choice.value if choice else {})


def _consent_of(room: Room) -> str:
    return texts.consent_text(
        k_min=room.k_min, days=settings().retention_days, purpose=present_purpose()
    )


def _member_of(place: Place) -> tuple[int, int]:
    """As whom the server keeps a place for somebody whose connection broke."""
    return place.room_id, place.person_id


def keep_no_place(place: Place) -> None:
    """They leave the room: the server's place for them is anybody's."""
    shared_admission().forget(_member_of(place))


def start_own(place: Place | None) -> None:
    """Turn the camera on: for a place in a room, or in self-view for nobody."""
    mine = state.this_state()
    visit = mine.own
    meter, model, detector = DeviceMeter(), visit.model, visit.detector

    def watch(_: Frame, result: FrameResult) -> None:
        meter.add(result, time.time())

    visit.start(
        shared_admission(),
        lambda: WatchedPipeline(make_live_pipeline(model, detector), watch),
        member=None if place is None else _member_of(place),
    )
    if visit.is_streaming:
        mine.stream_to(place, meter)


def listener_of(meter: DeviceMeter) -> Callable[[DeviceSecond], None]:
    """What hands the face in focus of each second to the meter, under the second's UTC time."""
    zero_s: list[int] = []

    def listen(second: DeviceSecond) -> None:
        if not zero_s:  # once, so that no two seconds become one
            zero_s.append(int(time.time() - second.time_s - 1.0))
        if second.focus is not None:
            sample = second.samples[second.focus]
            second_s = zero_s[0] + int(second.time_s)
            meter.add_second(sample, second.concentration, second_s, second.box)

    return listen


def start_on_device(place: Place | None) -> None:
    """The same, analysed on the device: its seconds come by the door for samples."""
    mine = state.this_state()
    meter = DeviceMeter()
    mine.own.reset()
    if mine.device.start("classroom", listener_of(meter)) is not None:
        mine.stream_to(place, meter)


def show_notice(room: Room) -> None:
    """What one camera measures in this room."""
    st.subheader(tr(texts.NOTICE_TITLE), anchor=False)
    st.markdown(texts.notice_text(room.k_min))
    st.caption(texts.law_text(present_purpose()))
