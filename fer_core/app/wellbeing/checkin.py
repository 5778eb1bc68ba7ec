"""The tab 'Check in': join, check in, and see the result at once."""

import contextlib
import html
from functools import partial

import numpy as np
import streamlit as st

from fer_core.app.device.visit import consent_of_ways, show_on_device, show_ways
from fer_core.app.language.spoken import number, tr, tr_in
from fer_core.app.parts.models import running_model_text
from fer_core.app.parts.notices import say
from fer_core.app.parts.panel import show_panel, view_of
from fer_core.app.resources import shared_admission
from fer_core.app.stream.messages import SLOT_LOST, Message
from fer_core.app.stream.show import show_stream, usual_places
from fer_core.app.stream.visit import Phase
from fer_core.app.wellbeing.desk import DISAGREED, WellbeingDesk
from fer_core.app.wellbeing.membership import Known, greet, look_up, show_joining, show_receipt
from fer_core.app.wellbeing.result import show_courses, show_figures
from fer_core.app.wellbeing.settings import show_settings
from fer_core.errors import FerError
from fer_core.storage import shared_store
from fer_core.streaming import LiveSnapshot
from fer_core.text import mark
from fer_core.wellbeing.demo import make_demo_course
from fer_core.wellbeing.sitting import judge

STREAM_KEY = "wellbeing_stream"
WIDTHS = (11, 9)
STILL = mark(
    "Your face moved as little as a still picture, so this check-in is yours alone: it counts in "
    "no team's figures."
)
PAUSED = Message("warning", mark("Paused: more than one face is in view. It goes on with yours."))


def show_checkin_tab(desk: WellbeingDesk, known: Known | None, *, demo: bool) -> None:
    """Draw the tab.

    Args:
        desk: of the visitor.
        known: who they are; None where the database cannot be asked.
        demo: whether made-up data are to be shown.
    """
    if desk.member is None:
        if desk.visit.message == DISAGREED:
            say(DISAGREED)
        joining, example = st.columns(2, gap="medium") if demo else (st.container(), None)
        if known is not None:
            with joining:
                show_joining(known)
        if example is not None:
            with example:
                show_demo_result(desk)
        return
    places, below = usual_places(WIDTHS), st.container()
    if desk.device.is_on:
        show_on_device(
            desk.device,
            places,
            key="wellbeing_device",
            shows="self",
            controls=lambda: _show_stop(desk),
            beside=partial(_show_device_moment, desk),
        )
        return
    show_stream(
        desk.visit,
        key=STREAM_KEY,
        controls=lambda: _show_controls(desk, known),
        start=lambda: desk.begin(shared_admission()),
        beside=lambda snapshot, message: _show_running(desk, snapshot, message),
        places=places,
        lose=lambda: _lose(desk),
        cancel=desk.cancel,
    )
    if not desk.is_busy:
        with places.head:
            show_settings(desk)
    if not desk.visit.is_streaming:
        with below:
            _show_finished(desk)
            if demo:
                show_demo_result(desk)


def _show_device_moment(desk: WellbeingDesk) -> None:
    if not desk.device.is_on:
        st.rerun()
    _collect(desk)
    _show_ring(desk)
    say(PAUSED if desk.sitting.is_paused else desk.device.message)
    if desk.recorder.problem:
        st.error(tr(desk.recorder.problem))
    if desk.length_s is None and desk.sitting.samples:
        _show_alert(desk)
        show_figures(desk.result(), desk.rule)


def _lose(desk: WellbeingDesk) -> None:
    desk.finish(shared_store())
    if desk.finished is None:
        desk.visit.message = SLOT_LOST


def _show_controls(desk: WellbeingDesk, known: Known | None) -> None:
    visit = desk.visit
    if visit.phase is Phase.BUSY:
        return
    if visit.is_streaming:
        _show_stop(desk)
        return
    assert desk.member is not None
    show_receipt(desk)
    purpose = tr("Only you see the result.")
    if known is not None and known.terms.is_shared:
        purpose = tr("Managers see at least {k} people together, never you alone.").format(
            k=number(known.terms.k)
        )
    alone = tr("Only one face is used; a second one pauses the check-in.")
    st.markdown(f"{greet(desk.member)} {purpose} {alone}  \n{consent_of_ways()}")
    st.caption(tr("Expression model: {model}.").format(model=running_model_text(visit.model)))
    say(desk.device.problem)
    label = tr("Check in") if desk.finished is None else tr("Check in again")
    with st.container(horizontal=True):
        show_ways(
            visit,
            label,
            key="wellbeing_start",
            on_device=lambda: _begin(desk, on_device=True),
            on_server=lambda: _begin(desk, on_device=False),
        )


def _show_stop(desk: WellbeingDesk) -> None:
    st.button(
        tr("Stop"),
        type="primary",
        icon=":material/stop_circle:",
        key="wellbeing_stop",
        on_click=lambda: desk.finish(shared_store()),
    )


def _begin(desk: WellbeingDesk, *, on_device: bool) -> None:
    """Start, if the person still agrees; a database that is away does not keep them from it."""
    with contextlib.suppress(FerError):  # the page says that nothing is being recorded
        desk.member = look_up().member
    if desk.member is None:
        return
    if on_device:
        desk.begin_on_device()
    else:
        desk.begin(shared_admission())


def _collect(desk: WellbeingDesk) -> None:
    """Take the seconds to the writer; draws the page again where the check-in is over."""
    if not desk.recorder.may_go_on(shared_store()):
        desk.disagree()
        st.rerun()
    desk.collect(shared_store())
    if desk.sitting.is_full:
        desk.finish(shared_store())
        st.rerun()


def _show_running(desk: WellbeingDesk, snapshot: LiveSnapshot, message: Message | None) -> None:
    """Ring, state and result so far; also what takes the seconds to the writer."""
    _collect(desk)
    _show_ring(desk)
    is_crowd = desk.sitting.is_paused or len(snapshot.track_ids) > 1
    say(PAUSED if is_crowd and (message is None or message.severity != "error") else message)
    if desk.recorder.problem:
        st.error(tr(desk.recorder.problem))
    if desk.length_s is None and desk.sitting.samples:
        result = desk.result()
        _show_alert(desk)
        show_figures(result, desk.rule)
    else:
        empty = tr("Waiting for the video") if snapshot.frames == 0 else tr("No face in view")
        show_panel(view_of(snapshot.result, empty_text=empty), key="wellbeing_panel")


def _show_alert(desk: WellbeingDesk) -> None:
    result = desk.result()
    if desk.alert.update(result.verdict, desk.sitting.elapsed_s) and desk.wants_alert:
        st.warning(
            tr(
                "For {s} seconds or more, your stress ratio has stayed above your threshold. Time "
                "for a break? Only you see this."
            ).format(s=number(desk.alert.hold_s)),
            icon=":material/self_improvement:",
        )


def _show_ring(desk: WellbeingDesk) -> None:
    done, length = desk.sitting.elapsed_s, desk.length_s
    share = min(1.0, done / length) if length else 1.0
    text = f"{max(0, length - done)} s" if length else f"{done // 60}:{done % 60:02d}"
    note = tr_in("time", "left") if length else tr_in("time", "so far")
    title = html.escape(tr("Check-in"))
    aria = (
        f'role="progressbar" aria-label="{title}" aria-valuemin="0" aria-valuemax="{length}" '
        f'aria-valuenow="{min(done, length)}"'
        if length
        else f'role="timer" aria-label="{title}"'
    )
    hole = "radial-gradient(closest-side, transparent 80%, black 81%)"
    st.html(
        f'<div {aria} style="display:grid;place-items:center;width:7.5rem;margin:0 auto">'
        '<div style="grid-area:1/1;width:7.5rem;height:7.5rem;border-radius:50%;'
        f"background:conic-gradient(#7A70E8 {360 * share:.0f}deg, rgba(127,127,127,0.25) 0);"
        f'-webkit-mask:{hole};mask:{hole}"></div>'
        '<div style="grid-area:1/1;text-align:center;line-height:1.2">'
        f'<span style="font-size:1.6rem;font-weight:650">{text}</span><br>{note}</div></div>'
    )


def _show_finished(desk: WellbeingDesk) -> None:
    if desk.finished is None:
        return
    sitting = desk.finished.sitting
    result = sitting.result(desk.rule)
    st.header(tr("Your check-in"), anchor=False)
    show_figures(result, desk.rule)
    if desk.identity is not None:
        st.caption(tr("Expression model: {model}.").format(model=tr(desk.identity.text)))
    if desk.recorder.problem:
        st.error(tr(desk.recorder.problem))
    elif desk.finished.is_stored:
        st.caption(tr("Stored under your pseudonym: see My history, where you can erase it."))
        if not sitting.is_person:
            st.info(tr(STILL), icon=":material/image:")
    show_courses(
        result,
        np.array([sample.time_s for sample in sitting.samples]),
        np.array([sample.probs for sample in sitting.samples], np.float64),
        key="own",
    )
    paused = len(sitting.seconds) - sitting.elapsed_s
    if paused:
        st.caption(
            tr("Paused for {n} s, since more than one face was in view.").format(n=number(paused))
        )


def show_demo_result(desk: WellbeingDesk) -> None:
    """A made-up check-in, as an example of what one sees."""
    times, probs, valid = make_demo_course()
    result = judge(times, probs, valid, desk.rule, window_s=float(len(times)))
    with st.container(border=True):
        st.badge(tr("Demonstration: made-up data"), icon=":material/science:", color="orange")
        show_figures(result, desk.rule)
        show_courses(result, times, probs, key="demo", narrow=True)
