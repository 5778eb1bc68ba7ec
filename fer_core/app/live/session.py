"""What is shown after a session: length, faces, mean expressions, timeline, downloads."""

from collections.abc import Callable

import numpy as np
import streamlit as st

from fer_core.app.parts.panel import PanelView, show_panel
from fer_core.app.parts.timeline import show_timeline
from fer_core.app.parts.zone import visitor_zone
from fer_core.app.stream.results import (
    FaceSummary,
    SessionResults,
    summarise_faces,
    to_csv,
    to_json,
)
from fer_core.labels import EMOTIONS

#: A face seen for less is most often one that was lost and found again.
MIN_SEEN_S = 1.0
MAX_FACES = 6


def face_title(row: FaceSummary) -> str:
    """One line about a face: its id, and how long it was seen."""
    return f"Face #{row.track_id}, seen {row.seen_s:.0f} s"


def show_results(results: SessionResults, on_close: Callable[[], None]) -> None:
    """Draw the results and the buttons to take them along or put them away."""
    faces = summarise_faces(results.samples)
    started_at = results.started_at.astimezone(visitor_zone())
    st.header("Your session", anchor=False)
    count = f"{len(faces)} face" + ("" if len(faces) == 1 else "s")
    st.markdown(
        f"{started_at:%d %B %Y, %H:%M} · {results.duration_s:.0f} s · {count} seen. "
        "The numbers are mean probabilities of displayed expressions."
    )
    stamp = started_at.strftime("%Y%m%d-%H%M%S")
    with st.container(horizontal=True):
        st.download_button(
            "Download CSV",
            to_csv(results),
            f"mien-{stamp}.csv",
            "text/csv",
            icon=":material/download:",
            on_click="ignore",
        )
        st.download_button(
            "Download JSON",
            to_json(results),
            f"mien-{stamp}.json",
            "application/json",
            icon=":material/download:",
            on_click="ignore",
        )
        st.button("Discard", icon=":material/delete:", key="discard", on_click=on_close)
    if not faces:
        st.info("No face was seen for long enough: press Start again and turn to the camera.")
        return
    shown = [row for row in faces if row.seen_s >= MIN_SEEN_S or row is faces[0]][:MAX_FACES]
    for row in shown:
        with st.container(border=True):
            st.subheader(face_title(row), anchor=False)
            mean, course = st.columns(2, gap="medium")
            with mean:
                show_panel(
                    PanelView(EMOTIONS[int(row.mean.argmax())], row.mean),
                    key=f"mean-{row.track_id}",
                )
            with course:
                mine = [s for s in results.samples if s.track_id == row.track_id]
                times = np.array([s.time_s + s.duration_s / 2 for s in mine])
                show_timeline(
                    times,
                    np.stack([s.probs for s in mine]),
                    now_s=float(times[-1]),
                    span_s=max(1.0, float(times[-1])),
                    from_start=True,
                    alt=f"Expressions of face #{row.track_id} over the session",
                    key=f"course-{row.track_id}",
                )
    if hidden := len(faces) - len(shown):
        st.caption(f"Seen for less time, and only in the files: {hidden} more.")
