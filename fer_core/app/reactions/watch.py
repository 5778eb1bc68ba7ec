"""The visitor's part: choose a clip, watch it, see the own course, give it or not."""

import streamlit as st

from fer_core.app.access.cookies import browser_of
from fer_core.app.parts.notices import say
from fer_core.app.reactions.desk import Desk
from fer_core.app.reactions.player import show_player
from fer_core.app.reactions.texts import AGREE, NOT_SHARED
from fer_core.app.reactions.together import show_course, show_files
from fer_core.app.stream.messages import CONSENT, Message
from fer_core.app.stream.show import Places, show_stream, start_button
from fer_core.app.stream.visit import Phase
from fer_core.config import settings
from fer_core.errors import FerError
from fer_core.reactions import Clip, Shelf
from fer_core.reactions.export import course_rows
from fer_core.storage import shared_store
from fer_core.storage.choices import may_others_join
from fer_core.streaming import LiveSnapshot
from fer_core.text import markdown_escape

STREAM_KEY = "reactions_stream"


def show_watching(desk: Desk, shelf: Shelf, clips: list[Clip]) -> None:
    """Draw it as the desk stands.

    Video and player have the same place in every phase: an element that moves is loaded anew, which
    ends a connection and takes a clip back to its start.
    """
    by_key = {clip.key: clip for clip in clips}
    choice, controls, side, player, video, below = (st.container() for _ in range(6))
    if not desk.visit.is_streaming:
        with choice:
            _choose(desk, by_key)
    clip = by_key.get(desk.clip)
    if clip is None:
        desk.visit.reset()
        return
    show_stream(
        desk.visit,
        key=STREAM_KEY,
        controls=lambda: _show_controls(desk),
        start=desk.begin,
        beside=lambda snapshot, message: _show_state(desk, snapshot, message),
        places=Places(controls, video, side),
        lose=desk.finish,
        width="9rem",
    )
    if desk.visit.is_streaming and desk.is_seen:
        with player:
            _play(desk, shelf, clip)
    if not desk.visit.is_streaming and desk.course is not None:
        with below:
            _show_own(desk, shelf, clip)


def _choose(desk: Desk, clips: dict[str, Clip]) -> None:
    names = list(clips)
    key = st.selectbox(
        "Clip",
        names,
        index=names.index(desk.clip) if desk.clip in clips else 0,
        format_func=lambda k: f"{clips[k].name}, {clips[k].duration_s:.0f} s",
        key="reactions_clip",
    )
    if key != desk.clip:
        desk.put_away()
        desk.clip = key
    desk.duration_s = clips[key].duration_s


def _show_controls(desk: Desk) -> None:
    if desk.visit.phase is Phase.BUSY:
        return
    if not desk.visit.is_streaming:
        st.markdown(f":material/lock: {CONSENT}")
        start_button(
            desk.visit,
            "Start the camera" if desk.course is None else "Watch again",
            key="reactions_start",
            on_click=desk.begin,
            is_primary=desk.course is None,
        )
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("Stop", icon=":material/stop_circle:", key="reactions_stop", on_click=desk.finish)
        if desk.is_seen:
            st.markdown("Press play in the clip; your result comes at its end.")


@st.fragment
def _play(desk: Desk, shelf: Shelf, clip: Clip) -> None:
    """Only this part runs again at every report of the player."""
    key = f"reactions_player_{clip.key}_{desk.visit.attempt}"
    report = show_player(shelf.path(clip), alt=clip.name, key=key)
    if report is not None and desk.hear(report):
        desk.finish()
        st.rerun()


def _show_state(desk: Desk, snapshot: LiveSnapshot, message: Message | None) -> None:
    """Whether the camera sees a face."""
    if not desk.is_seen and snapshot.analysed > 0:
        desk.is_seen = True
        st.rerun()
    say(message)


def _show_own(desk: Desk, shelf: Shelf, clip: Clip) -> None:
    course = desk.course
    assert course is not None
    st.header("What your face showed", anchor=False)
    st.markdown(f"{markdown_escape(clip.name)} · your face was seen in {course.coverage:.0%} of it")
    if course.coverage == 0:
        st.info("No face was seen while the clip played: sit before the camera and try again.")
        return
    show_course(course.probs, clip.duration_s, alt="Your expressions over the clip", key="own")
    _show_giving(desk, shelf, clip)
    show_files(course_rows(course), course.probs, clip, who="Viewer", stem="reaction", key="own")


def _show_giving(desk: Desk, shelf: Shelf, clip: Clip) -> None:
    if desk.code is not None:
        st.success("Kept. Note the code: with it you can delete your numbers.")
        st.code(desk.code, language=None)
        return
    try:
        with shared_store().read() as session:
            is_shared = may_others_join(session)
    except FerError as error:
        st.caption(f"Only you see this; nothing can be kept now: {error}")
        return
    if not is_shared:
        st.caption(NOT_SHARED)
        return
    text = AGREE.format(days=settings().retention_days, others=settings().k_min - 1)
    agreed = st.checkbox(text, key="reactions_agree")
    if st.button("Give my numbers", type="primary", key="reactions_give", disabled=not agreed):
        try:
            browser = browser_of(st.context.cookies)
            desk.code = shelf.give(clip, desk.course, text, browser)  # type: ignore[arg-type]
        except (FerError, OSError) as error:
            st.error(str(error) if isinstance(error, FerError) else "The disk refused them.")
        else:
            st.rerun()


def show_taking_back(shelf: Shelf) -> None:
    """Delete what was given, by its code."""
    with st.expander("Delete numbers that I gave", icon=":material/delete:"):
        with st.form("reactions_erase", border=False, clear_on_submit=True):
            code = st.text_input("Code", max_chars=40)
            pressed = st.form_submit_button("Delete")
        if pressed:
            if shelf.take_back(code):
                st.success("Deleted.")
            else:
                st.warning("Nothing is kept under this code: check it, or it was deleted before.")
