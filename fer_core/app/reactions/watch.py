"""The visitor's part: choose a clip, watch it, see the own course, give it or not."""

from functools import partial

import streamlit as st

from fer_core.app.device.visit import consent_of_ways, show_on_device, show_ways
from fer_core.app.language.spoken import number, percent, tr
from fer_core.app.parts.notices import say
from fer_core.app.parts.player import show_player
from fer_core.app.reactions.clip import show_with_clip
from fer_core.app.reactions.desk import ReactionsDesk
from fer_core.app.reactions.giving import show_giving
from fer_core.app.reactions.texts import AGREE
from fer_core.app.reactions.together import show_demonstration, show_files
from fer_core.app.reactions.trial import is_between, show_between, show_own_study, what_comes
from fer_core.app.stream.messages import Message
from fer_core.app.stream.show import Places, show_stream
from fer_core.app.stream.visit import Phase
from fer_core.config import settings
from fer_core.reactions import Shelf, StimulusClip, Study
from fer_core.reactions.export import course_rows
from fer_core.streaming import LiveSnapshot
from fer_core.text import markdown_escape

STREAM_KEY = "reactions_stream"


def show_watching(
    desk: ReactionsDesk, shelf: Shelf, clips: list[StimulusClip], studies: list[Study]
) -> None:
    """Draw it as the desk stands.

    Video and player have the same place in every phase: an element that moves is loaded anew, which
    ends a connection and takes a clip back to its start.
    """
    by_key = {clip.key: clip for clip in clips}
    choice, controls, side, player, video, below = (st.container() for _ in range(6))
    if not desk.is_on:
        with choice:
            _choose(desk, by_key, {one.key: one for one in studies})
    clip = by_key.get(desk.playing)
    if clip is None:
        desk.visit.reset()
        desk.device.stop()
        return
    if desk.device.is_on:
        show_on_device(
            desk.device,
            Places(controls, video, side),
            key="reactions_device",
            shows="picture",
            controls=lambda: _show_stop(desk),
            beside=partial(_show_device_state, desk),
        )
    else:
        _show_stream(desk, Places(controls, video, side))
    if desk.is_on and desk.is_seen:
        with player:
            if is_between(desk):
                show_between(desk)
            else:
                _play(desk, shelf, clip)
    if not desk.is_on:
        with below:
            if desk.takes:
                show_own_study(desk, shelf, by_key)
            elif desk.course is not None:
                _show_own(desk, shelf, clip)
            elif desk.visit.phase is not Phase.BUSY:
                show_demonstration()


def _show_stream(desk: ReactionsDesk, places: Places) -> None:
    show_stream(
        desk.visit,
        key=STREAM_KEY,
        controls=lambda: _show_controls(desk),
        start=desk.begin,
        beside=lambda snapshot, message: _show_state(desk, snapshot, message),
        places=places,
        lose=desk.finish,
        width="9rem",
    )


def _show_device_state(desk: ReactionsDesk) -> None:
    """Whether seconds arrive, so that the clip may begin."""
    inlet = desk.device.inlet
    if inlet is None:
        st.rerun()
    if not desk.is_seen and inlet.has_begun:
        desk.is_seen = True
        st.rerun()
    if desk.has_all:
        desk.finish()
        st.rerun()
    say(desk.device.message)


def _choose(desk: ReactionsDesk, clips: dict[str, StimulusClip], studies: dict[str, Study]) -> None:
    def name_of(key: str) -> str:
        if key in studies:
            study = studies[key]
            return tr("{name}, {n} clips").format(name=study.name, n=len(study.items))
        return f"{clips[key].name}, {number(clips[key].duration_s)} s"

    names = [*studies, *clips]
    key = st.selectbox(
        tr("Clip"),
        names,
        index=names.index(desk.clip) if desk.clip in names else 0,
        format_func=name_of,
        key="reactions_clip",
    )
    if key != desk.clip:
        desk.put_away()
        desk.clip = key
    desk.study = studies.get(key)
    if desk.study is not None:
        st.caption(what_comes(desk.study, sum(clips[i.clip].duration_s for i in desk.study.items)))
    desk.durations_s = {clip.key: clip.duration_s for clip in clips.values()}


def _show_controls(desk: ReactionsDesk) -> None:
    if desk.visit.phase is Phase.BUSY:
        return
    if not desk.visit.is_streaming:
        st.markdown(consent_of_ways())
        say(desk.device.problem)
        is_new = desk.course is None and not desk.takes
        with st.container(horizontal=True):
            show_ways(
                desk.visit,
                tr("Start the camera") if is_new else tr("Watch again"),
                key="reactions_start",
                on_device=desk.begin_on_device,
                on_server=desk.begin,
                is_primary=is_new,
            )
        return
    _show_stop(desk)


def _show_stop(desk: ReactionsDesk) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            tr("Stop"), icon=":material/stop_circle:", key="reactions_stop", on_click=desk.finish
        )
        if desk.is_seen:
            st.markdown(
                tr("Press play in the clip; your result comes at its end.")
                if desk.run is None
                else tr(
                    "Clip {k} of {n}: press play in each; your result comes after the last."
                ).format(k=min(desk.run.index, len(desk.run.order) - 1) + 1, n=len(desk.run.order))
            )


@st.fragment
def _play(desk: ReactionsDesk, shelf: Shelf, clip: StimulusClip) -> None:
    """Only this part runs again at every report of the player."""
    key = f"reactions_player_{clip.key}_{desk.visit.attempt}_{desk.device.attempt}"
    report = show_player(shelf.path(clip), alt=clip.name, key=key)
    if report is not None and desk.hear(report):
        desk.go_on()
        st.rerun()


def _show_state(desk: ReactionsDesk, snapshot: LiveSnapshot, message: Message | None) -> None:
    """Whether the camera sees a face."""
    if not desk.is_seen and snapshot.analysed > 0:
        desk.is_seen = True
        st.rerun()
    say(message)


def _show_own(desk: ReactionsDesk, shelf: Shelf, clip: StimulusClip) -> None:
    course = desk.course
    assert course is not None
    st.header(tr("What your face showed"), anchor=False)
    seen = percent(course.coverage)
    text = tr("{clip} · your face was seen in {share} of it")
    st.markdown(text.format(clip=markdown_escape(clip.name), share=seen))
    if course.coverage == 0:
        st.info(tr("No face was seen while the clip played: sit before the camera and try again."))
        return
    show_with_clip(
        course.probs,
        shelf,
        clip,
        alt=tr("Your expressions over the clip"),
        key=f"own_{clip.key}_{desk.visit.attempt}_{desk.device.attempt}",
    )
    model = None if desk.identity is None else desk.identity.to_dict()
    show_giving(
        desk,
        tr(AGREE).format(days=settings().retention_days, others=settings().k_min - 1),
        clip.key,
        lambda text, browser: shelf.give(clip, course, text, browser, model=model),
    )
    show_files(
        course_rows(course),
        course.probs,
        clip,
        who="Viewer",
        stem="reaction",
        key="own",
        models=[] if model is None else [model],
    )


def show_taking_back(shelf: Shelf) -> None:
    """Delete what was given, by its code."""
    with st.expander(tr("Delete numbers that I gave"), icon=":material/delete:"):
        with st.form("reactions_erase", border=False, clear_on_submit=True):
            code = st.text_input(tr("Code"), max_chars=40)
            pressed = st.form_submit_button(tr("Delete"))
        if pressed:
            if shelf.take_back(code):
                st.success(tr("Deleted."))
            else:
                st.warning(
                    tr("Nothing is kept under this code: check it, or it was deleted before.")
                )
