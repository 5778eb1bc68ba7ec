"""What is shown after a session: length, faces, mean expressions, course, moments, downloads."""

from collections.abc import Callable

import numpy as np
import streamlit as st

from fer_core.app.language.emotions import emotion_title
from fer_core.app.language.spoken import moment as moment_of
from fer_core.app.language.spoken import ntr, number, percent, tr
from fer_core.app.parts.panel import PanelView, show_panel
from fer_core.app.parts.timeline import clock_text, point, show_timeline
from fer_core.app.parts.zone import visitor_zone
from fer_core.app.stream.results import (
    FaceSummary,
    SessionMoment,
    SessionResults,
    moments_of,
    summarise_faces,
    to_csv,
    to_json,
)
from fer_core.temporal import label_names

#: A face seen for less is most often one that was lost and found again.
MIN_SEEN_S = 1.0
MAX_FACES = 6
MAX_MOMENTS = 8


def face_title(row: FaceSummary) -> str:
    """One line about a face: its id, and how long it was seen."""
    return tr("Face #{id}, seen {n} s").format(id=row.track_id, n=number(row.seen_s))


def moment_text(moment: SessionMoment) -> str:
    """One line about a moment: when, what, for how long, how sure at most."""
    length_s = moment.end_s - moment.start_s
    return tr("{time} · **{expression}** for {n} s, at most {share}").format(
        time=clock_text(moment.start_s),
        expression=emotion_title(moment.label),
        n=number(length_s),
        share=percent(moment.peak),
    )


def show_results(results: SessionResults, on_close: Callable[[], None]) -> None:
    """Draw the results and the buttons to take them along or put them away."""
    faces = summarise_faces(results.samples)
    started_at = results.started_at.astimezone(visitor_zone())
    st.header(tr("Your session"), anchor=False)
    facts = [
        moment_of(started_at),
        f"{number(results.duration_s)} s",
        ntr("{n} face seen", "{n} faces seen", len(faces)).format(n=len(faces)),
    ]
    if results.marks:
        facts.append(tr("{n} marked").format(n=len(results.marks)))
    meaning = tr(
        "The numbers are mean probabilities of displayed expressions, by the model {model}."
    ).format(model=tr(results.model_text))
    st.markdown(f"{' · '.join(facts)}. {meaning}")
    stamp = started_at.strftime("%Y%m%d-%H%M%S")
    with st.container(horizontal=True):
        st.download_button(
            tr("Download CSV"),
            to_csv(results),
            f"mien-{stamp}.csv",
            "text/csv",
            icon=":material/download:",
            on_click="ignore",
        )
        st.download_button(
            tr("Download JSON"),
            to_json(results),
            f"mien-{stamp}.json",
            "application/json",
            icon=":material/download:",
            on_click="ignore",
        )
        st.button(tr("Discard"), icon=":material/delete:", key="discard", on_click=on_close)
    if not faces:
        st.info(tr("No face was seen for long enough: press Start again and turn to the camera."))
        return
    shown = [row for row in faces if row.seen_s >= MIN_SEEN_S or row is faces[0]][:MAX_FACES]
    for row in shown:
        with st.container(border=True):
            _show_face(results, row)
    if hidden := len(faces) - len(shown):
        st.caption(tr("Seen for less time, and only in the files: {n} more.").format(n=hidden))


def _show_face(results: SessionResults, row: FaceSummary) -> None:
    """One face: its mean beside its course over the whole session, and its moments."""
    end_s = max(1.0, max(float(s.time_s + s.duration_s) for s in results.samples))
    mine = [s for s in results.samples if s.track_id == row.track_id]
    times = np.array([s.time_s + s.duration_s / 2 for s in mine])
    probs = np.stack([s.probs for s in mine]).astype(np.float64)
    st.subheader(face_title(row), anchor=False)
    mean, course = st.columns(2, gap="medium")
    with mean:
        show_panel(PanelView(label_names(row.mean[None])[0], row.mean), key=f"mean-{row.track_id}")
    with course:
        show_timeline(
            times,
            probs,
            now_s=end_s,
            span_s=end_s,
            from_start=True,
            alt=tr("Expressions of face #{id} over the session").format(id=row.track_id),
            spans=[point(mark, 0.0, end_s) for mark in results.marks if mark <= end_s],
            key=f"course-{row.track_id}",
        )
        _show_moments(results, row.track_id)
    from fer_core.app.parts.affect import show_affect  # with charts and tables

    show_affect(times, probs, f"session-{row.track_id}")


def _show_moments(results: SessionResults, track_id: int) -> None:
    """The surest moments in the order of time, and what stood at the visitor's marks."""
    moments = moments_of(results.samples, track_id)
    surest = sorted(moments, key=lambda one: -one.peak)[:MAX_MOMENTS]
    lines = [moment_text(one) for one in sorted(surest, key=lambda one: one.start_s)]
    for mark in results.marks:
        there = next((one for one in moments if one.start_s <= mark < one.end_s), None)
        what = f"**{emotion_title(there.label)}**" if there else tr("neutral, or unsure")
        lines.append(f":material/flag: {clock_text(mark)} · {what}")
    if lines:
        st.markdown("###### " + tr("Moments") + "\n" + "\n".join(f"- {line}" for line in lines))
    else:
        st.caption(tr("Neutral, or unsure, for the whole session."))
    if (hidden := len(moments) - len(surest)) > 0:
        st.caption(tr("{n} more, less sure, are in the files.").format(n=hidden))
