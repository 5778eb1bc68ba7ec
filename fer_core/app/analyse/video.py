"""A video's people: a timeline that can be scrubbed with the frame beside it, ratios, moments."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from fer_core.analysis import Task
from fer_core.analysis.markup import Markup
from fer_core.app.analyse.changes import show_changes
from fer_core.app.analyse.conditions import show_conditions, show_coverage
from fer_core.app.analyse.course import attention_text, course, shown_people
from fer_core.app.analyse.drawn import drawn_frame
from fer_core.app.analyse.filters import show_filters
from fer_core.app.analyse.mark_rows import markup_of, timeline_marks
from fer_core.app.analyse.marks import show_marks
from fer_core.app.language.emotions import emotion_title
from fer_core.app.language.spoken import ntr, number, percent, tr
from fer_core.app.parts.affect import show_affect
from fer_core.app.parts.panel import PanelView, show_panel
from fer_core.app.parts.player import can_play, show_player
from fer_core.app.parts.replaced import key_now, replace_value
from fer_core.app.parts.timeline import clock_text, show_timeline
from fer_core.app.parts.words import interval as interval_of
from fer_core.labels import EMOTIONS, UNSURE
from fer_core.temporal import label_names
from fer_core.text import mark

_FRAME, _PLAY = mark("Frame"), mark("Play")
#: Of a document -> its title, and what it is.
_RATIOS = {
    "stress": (
        mark("Stress ratio"),
        mark("Mean probability of angry, disgust, fear and sad together."),
    ),
    "happiness": (mark("Happiness ratio"), mark("Mean probability of happy.")),
}


def show_video(
    task: Task, document: dict[str, Any], table: Path, apply: Callable[[Markup], None]
) -> None:
    """Draw one video's results.

    Args:
        task: the file; it is still there.
        document: of its JSON export.
        table: of its Parquet export, a row per face and frame.
        apply: makes the results again, with other marks.
    """
    length = clock_text(document["duration_s"])
    count = len(document["people"])
    found = "" if count else " · " + tr("no face found")
    frames = document["analysed_frames"]
    analysed = ntr("{n} frame analysed", "{n} frames analysed", frames).format(
        n=number(frames, grouped=True)
    )
    st.markdown(f"{length} · {analysed}{found}")
    show_coverage(document)
    if not count:
        if not document.get("note"):
            st.info(tr("No face was found: try a video in which faces are larger."))
        if markup_of(document).is_empty:
            return
        show_marks(task, document, 0.0, apply)
        return
    _show_course(task, document, table, apply)
    show_conditions(document)
    show_changes(document)


def _slider_key(task: Task) -> str:
    return f"at-{task.stem}"


@st.fragment
def _show_course(
    task: Task, document: dict[str, Any], table: Path, apply: Callable[[Markup], None]
) -> None:
    """Frame and timeline of one person; only this part runs again while one scrubs."""
    people = {person["track_id"]: person for person in shown_people(document)}
    track_id = next(iter(people))
    if len(people) > 1:
        track_id = st.segmented_control(
            tr("Person"),
            list(people),
            default=track_id,
            required=True,
            format_func=lambda key: f"{_name_of(people[key])}, {number(people[key]['seen_s'])} s",
            key=f"person-{task.stem}",
        )
    if hidden := len(document["people"]) - len(people):
        st.caption(
            tr("Seen for less time, and listed in the files only: {n} more.").format(n=hidden)
        )
    end_s = max(document["duration_s"], 0.1)
    at_s = _show_slider(task, end_s, document["fps"])
    left, right = st.columns((11, 9), gap="medium")
    with left:
        turns = document["options"].get("turns", 0)
        _show_picture(task, table, at_s, end_s, turns)
    with right:
        times, probs, step_s = course(document, track_id)
        show_timeline(
            times,
            probs,
            now_s=end_s,
            span_s=end_s,
            from_start=True,
            gap_s=1.5 * step_s,
            mark_s=at_s,
            spans=timeline_marks(markup_of(document), end_s),
            on_pick=lambda time_s: _go_to(task, time_s, end_s),
            channel=_slider_key(task),
            alt=tr("Expressions of person {id} over the video").format(id=track_id),
            key=f"course-{task.stem}-{track_id}",
        )
        _show_moments(task, document)
    _show_person(people[track_id], task)
    if text := attention_text(document, track_id):
        st.caption(text)
    show_affect(times, probs, f"{task.stem}-{track_id}")
    show_marks(task, document, at_s, apply)
    show_filters(task, document, table, track_id, at_s)


def _name_of(person: dict[str, Any]) -> str:
    """The name that somebody gave, or the number."""
    name, track = str(person["name"]), str(person["track_id"])
    is_plain = name.startswith("Face ") and name.removeprefix("Face ") == track
    return f"#{track}" if is_plain else name


def _show_picture(task: Task, table: Path, at_s: float, end_s: float, turns: int) -> None:
    """The frame with what was found in it, or the video as it is, under one cursor.

    One that was turned for the analysis is not played: the browser would show it as it lies.
    """
    plays = (
        not turns
        and can_play(Path(task.file))
        and (
            st.segmented_control(
                tr("Picture"),
                (_FRAME, _PLAY),
                default=_FRAME,
                format_func=tr,
                required=True,
                key=f"picture-{task.stem}",
                label_visibility="collapsed",
            )
            == _PLAY
        )
    )
    if plays:
        show_player(
            Path(task.file),
            alt=task.name,
            key=f"player-{task.stem}",
            channel=_slider_key(task),
            at_s=at_s,
            on_stop=lambda time_s: _go_to(task, time_s, end_s),
        )
        return
    st.image(
        drawn_frame(task, table, at_s, turns),
        width="stretch",
        alt=tr("The frame at {n} s with faces framed and labelled").format(n=number(at_s, 2)),
    )


def _show_slider(task: Task, end_s: float, fps: float | None) -> float:
    """The time, by frame where it is known how long one lasts."""
    key = key_now(_slider_key(task))
    st.session_state.setdefault(key, 0.0)
    step = min(max(round(1.0 / fps, 3), 0.001), 1.0) if fps else 0.1
    return float(
        st.slider(
            tr("Time in seconds"),
            0.0,
            float(np.ceil(end_s * 10) / 10),
            step=step,
            key=key,
            help=tr("The arrow keys go by one frame."),
        )
    )


def _go_to(task: Task, time_s: float, end_s: float) -> None:
    replace_value(_slider_key(task), round(min(max(time_s, 0.0), end_s), 3))


def ratio_text(ratio: dict[str, float | None]) -> tuple[str, str]:
    """A ratio's value and the line below it."""
    value, low, high = ratio["value"], ratio["low"], ratio["high"]
    if value is None:
        return "–", tr("too short to tell")
    seen = percent(ratio["coverage"] or 0.0)
    if low is None or high is None:
        text = tr("too short for an interval, seen {share} of the time").format(share=seen)
    else:
        text = tr("{interval} %, seen {share} of the time").format(
            interval=interval_of(low, high), share=seen
        )
    return percent(value), text


def _show_person(person: dict[str, Any], task: Task) -> None:
    left, right = st.columns((11, 9), gap="medium")
    with left:
        st.subheader(tr("Share of the time"), anchor=False)
        label_s = person["label_s"]
        total_s = sum(label_s.values()) or 1.0
        shares = np.array([label_s.get(name, 0.0) / total_s for name in EMOTIONS], np.float32)
        top = label_names(shares[None])[0] if label_s else UNSURE
        show_panel(PanelView(top, shares), key=f"share-{task.stem}-{person['track_id']}")
        if unsure_s := label_s.get(UNSURE, 0.0):
            st.caption(
                tr("No expression stood out in {share} of the time.").format(
                    share=percent(unsure_s / total_s)
                )
            )
    with right:
        st.subheader(tr("Ratios"), anchor=False)
        for name, (title, text) in _RATIOS.items():
            value, below = ratio_text(person[name])
            st.metric(tr(title), value, help=tr(text))
            st.caption(below)
        st.caption(
            tr(
                "Of displayed expressions, with the 95 % interval; our choice of a formula, and no "
                "medical finding."
            )
        )


def _show_moments(task: Task, document: dict[str, Any]) -> None:
    """The strongest ones beside the picture, which goes there by a press."""
    moments = document["moments"]
    if not moments:
        return
    st.markdown("###### " + tr("Strongest moments"))
    with st.container(horizontal=True, gap="small"):
        for place, moment in enumerate(moments):
            text = f"{emotion_title(moment['emotion'])} {percent(moment['probability'])}"
            st.button(
                f"{clock_text(moment['time_s'])} · {text}",
                key=f"moment-{task.stem}-{place}",
                on_click=_go_to,
                args=(task, moment["time_s"], document["duration_s"]),
                help=tr("Show this moment."),
            )
