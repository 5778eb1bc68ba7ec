"""What a page shows beside and below the video."""

import math

import streamlit as st

from fer_core.app.language.spoken import ntr, number, tr
from fer_core.app.parts.measures import show_measures
from fer_core.app.parts.notices import say
from fer_core.app.parts.panel import show_panel, view_of
from fer_core.app.parts.timeline import point, show_timeline
from fer_core.app.stream.messages import Message, waiting_text
from fer_core.app.stream.visit import Visit
from fer_core.streaming import LiveSnapshot
from fer_core.text import mark

PANEL_EVERY_S = 0.5
TIMELINE_EVERY_S = 1.0
SPAN_S = 60.0


def figures_of(snapshot: LiveSnapshot) -> str:
    """The line of measured figures: frames a second, milliseconds an analysis, errors if any."""
    parts = []
    if snapshot.out_fps > 0:
        parts.append(tr("{n} fps").format(n=number(snapshot.out_fps)))
    if snapshot.analysis_ms is not None and math.isfinite(snapshot.analysis_ms):
        parts.append(tr("{n} ms per analysis").format(n=number(snapshot.analysis_ms, 1)))
    if snapshot.error_count:
        count = snapshot.error_count
        parts.append(ntr("{n} error", "{n} errors", count).format(n=count))
    return " · ".join(parts)


def show_face(snapshot: LiveSnapshot, message: Message | None, *, model: str = "") -> None:
    """Message, label, bars, faces, figures and the name of the model.

    What is no trouble stands within the panel: nothing moves from Start to the picture.
    """
    is_calm = message is not None and message.severity == "info" and not _has_face(snapshot)
    if not is_calm:
        say(message)
    figures = " · ".join(filter(None, (figures_of(snapshot), model)))
    view = view_of(
        snapshot.result,
        figures=figures,
        empty_text=mark("No face in view") if snapshot.frames else waiting_text(message),
        hint=message.text if message is not None and is_calm else "",
    )
    show_panel(view, key="panel")
    _show_baseline(snapshot)


def _has_face(snapshot: LiveSnapshot) -> bool:
    return snapshot.result is not None and snapshot.result.focus is not None


def _show_baseline(snapshot: LiveSnapshot) -> None:
    if snapshot.baseline_message is not None:
        st.warning(tr(snapshot.baseline_message))
    elif snapshot.baseline_progress is not None:
        if snapshot.baseline_progress < 1:
            st.progress(snapshot.baseline_progress, tr("Look neutral, please"))
        else:
            st.caption(tr("Your neutral face is taken into account."))


@st.fragment(run_every=TIMELINE_EVERY_S)
def show_course(visit: Visit) -> None:
    """The last minute of the face in focus, and its measures."""
    if visit.session is None:
        return
    snapshot = visit.session.snapshot()
    if snapshot.frames == 0:
        return
    timeline = snapshot.timeline
    now_s = float(timeline.time_s[-1]) if len(timeline.time_s) else 0.0
    start_s = now_s - SPAN_S
    with st.container(gap="xxsmall"):
        st.markdown("###### " + tr("The last 60 seconds"))
        show_timeline(
            timeline.time_s,
            timeline.probs,
            now_s=now_s,
            span_s=SPAN_S,
            spans=[point(mark, start_s, SPAN_S) for mark in visit.marks if mark >= start_s],
            alt=tr("Probability of each expression of the face in focus over the last 60 seconds"),
            key="timeline",
        )
    show_measures(snapshot)
