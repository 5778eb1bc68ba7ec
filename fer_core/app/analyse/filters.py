"""All filters side by side on a few seconds of a video's person."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from fer_core.analysis import AnalysisOptions, Task
from fer_core.analysis.compare import FilterCourse
from fer_core.analysis.decoding import compare_filters_apart
from fer_core.app.language.spoken import ntr, number, told, tr
from fer_core.app.parts.timeline import clock_text, show_timeline
from fer_core.errors import FerError
from fer_core.temporal import FILTERS

#: So much of the video is analysed again, around the chosen time.
SPAN_S = 20.0


def span_around(at_s: float, end_s: float) -> tuple[float, float]:
    """The seconds to compare: around a time, within the video, as long as it allows."""
    start_s = max(0.0, min(at_s - SPAN_S / 2, end_s - SPAN_S))
    return start_s, min(end_s, start_s + SPAN_S)


def show_filters(
    task: Task, document: dict[str, Any], table: Path, track_id: int, at_s: float
) -> None:
    """Draw the comparison of one person; it is made when asked for.

    Args:
        task: the video.
        document, table: of its exports.
        track_id: the person.
        at_s: the chosen time.
    """
    key = f"filters-{task.stem}-{track_id}"
    start_s, end_s = span_around(at_s, max(document["duration_s"], 0.1))
    with st.expander(tr("Filters side by side"), icon=":material/compare_arrows:"):
        st.markdown(
            tr(
                "How each filter follows this person, on the same frames, from {start} to {end}, "
                "around the time chosen above."
            ).format(start=clock_text(start_s), end=clock_text(end_s))
        )
        if st.button(tr("Compare"), icon=":material/play_arrow:", key=f"compare-{key}"):
            st.session_state[key] = None
            bar = st.progress(0.0, tr("Analysing these seconds with every filter"))
            try:
                courses = compare_filters_apart(
                    task.file,
                    table,
                    track_id,
                    AnalysisOptions.from_dict(document["options"]),
                    start_s=start_s,
                    end_s=end_s,
                    tell=_teller(bar),
                )
                st.session_state[key] = start_s, end_s, courses
            except FerError as error:
                st.error(told(error))
            bar.empty()
        if (made := st.session_state.get(key)) is not None:
            _show_courses(*made, key=key)


def _teller(bar: DeltaGenerator) -> Callable[[float], None]:
    def tell(share: float) -> None:
        bar.progress(share)

    return tell


def _show_courses(
    start_s: float, end_s: float, courses: dict[str, FilterCourse], *, key: str
) -> None:
    if not len(next(iter(courses.values())).time_s):
        st.info(tr("This person is not seen in these seconds: choose another time above."))
        return
    for column, (name, course) in zip(st.columns(len(courses)), courses.items(), strict=True):
        with column:
            st.markdown(
                ntr(
                    "**{filter}**: the label changes {n} time",
                    "**{filter}**: the label changes {n} times",
                    course.changes,
                ).format(filter=tr(FILTERS[name]), n=course.changes)
            )
            show_timeline(
                course.time_s,
                course.probs,
                now_s=end_s,
                span_s=end_s - start_s,
                from_start=True,
                alt=tr("{filter}: expressions from {start} to {end} s").format(
                    filter=tr(FILTERS[name]), start=number(start_s), end=number(end_s)
                ),
                key=f"{key}-{name}",
            )
