"""A video's people: a timeline that can be scrubbed with the frame beside it, ratios, moments."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import streamlit as st
from numpy.typing import NDArray

from fer_core.analysis import Task
from fer_core.app.analyse.filters import show_filters
from fer_core.app.parts.panel import PanelView, show_panel
from fer_core.app.parts.timeline import clock_text, show_timeline
from fer_core.imaging.draw import annotate_bgr
from fer_core.imaging.frame import ArrayFrame
from fer_core.labels import EMOTIONS, UNSURE
from fer_core.types import Faces, FrameResult, ImageArray
from fer_core.video import read_frame

#: People to choose from, the longest seen first; the others are in the files.
MAX_PEOPLE = 8
#: A face seen for less is most often one that was lost and found again.
MIN_SEEN_S = 1.0
#: Points of a timeline; more than that many seconds are averaged.
_MAX_POINTS = 1000
_FRAME_PX = 960
#: A frame that was not analysed shows what was found in one at most so long before.
_HOLD_S = 0.75


def show_video(task: Task, document: dict[str, Any], table: Path) -> None:
    """Draw one video's results.

    Args:
        task: the file; it is still there.
        document: of its JSON export.
        table: of its Parquet export, a row per face and frame.
    """
    length = clock_text(document["duration_s"])
    count = len(document["people"])
    found = "" if count else " · no face found"
    frames = document["analysed_frames"]
    plural = "" if frames == 1 else "s"
    st.markdown(f"{length} · {frames:,} frame{plural} analysed{found}")
    if not count:
        if not document.get("note"):
            st.info("No face was found: try a video in which faces are larger.")
        return
    _show_course(task, document, table)
    _show_moments(task, document, table)
    _show_changes(document)


def shown_people(document: dict[str, Any]) -> list[dict[str, Any]]:
    """The longest seen first; one of them at least."""
    longest: list[dict[str, Any]] = document["people"][:MAX_PEOPLE]
    return [p for p in longest if p["seen_s"] >= MIN_SEEN_S or p is longest[0]]


def _slider_key(task: Task) -> str:
    return f"at-{task.stem}"


@st.fragment
def _show_course(task: Task, document: dict[str, Any], table: Path) -> None:
    """Frame and timeline of one person; only this part runs again while one scrubs."""
    people = {person["track_id"]: person for person in shown_people(document)}
    track_id = next(iter(people))
    if len(people) > 1:
        track_id = st.segmented_control(
            "Person",
            list(people),
            default=track_id,
            required=True,
            format_func=lambda key: f"#{key}, {people[key]['seen_s']:.0f} s",
            key=f"person-{task.stem}",
        )
    if hidden := len(document["people"]) - len(people):
        st.caption(f"Seen for less time, and listed in the files only: {hidden} more.")
    end_s = max(document["duration_s"], 0.1)
    at_s = _show_slider(task, end_s)
    left, right = st.columns((11, 9), gap="medium")
    with left:
        st.image(
            drawn_frame(task, table, at_s),
            width="stretch",
            alt=f"The frame at {at_s:.1f} s with faces framed and labelled",
        )
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
            on_pick=lambda time_s: _go_to(task, time_s, end_s),
            alt=f"Expressions of person {track_id} over the video",
            key=f"course-{task.stem}-{track_id}",
        )
    _show_person(people[track_id], task)
    show_filters(task, document, table, track_id, at_s)


def _show_slider(task: Task, end_s: float) -> float:
    key = _slider_key(task)
    st.session_state.setdefault(key, 0.0)
    step = 0.1 if end_s < 600 else 1.0
    return float(
        st.slider("Time in seconds", 0.0, float(np.ceil(end_s * 10) / 10), step=step, key=key)
    )


def _go_to(task: Task, time_s: float, end_s: float) -> None:
    st.session_state[_slider_key(task)] = round(min(max(time_s, 0.0), end_s), 1)


def course(
    document: dict[str, Any], track_id: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], float]:
    """Middle (T,) of each step in s, mean probabilities (T, 7), length of a step in s.

    Steps are seconds, or more of them where there are over a thousand; empty ones are left out.
    """
    seconds = document["seconds"]
    mine = np.flatnonzero(np.array(seconds["track_id"], np.int64) == track_id)
    times = np.array(seconds["time_s"], np.float64)[mine]
    valid = np.array(seconds["valid_s"], np.float64)[mine]
    probs = np.array(seconds["probs"], np.float64).reshape(-1, len(EMOTIONS))[mine]
    step_s = float(max(1, np.ceil(document["duration_s"] / _MAX_POINTS)))
    bins, where = np.unique(np.floor(times / step_s), return_inverse=True)
    weights = np.bincount(where, valid, len(bins))
    sums = np.zeros((len(bins), len(EMOTIONS)))
    np.add.at(sums, where, valid[:, None] * probs)
    return (bins + 0.5) * step_s, sums / weights[:, None], step_s


def faces_at(table: Path, time_s: float) -> FrameResult | None:
    """What was found in the last analysed frame at or shortly before a time; None for nothing."""
    low, high = time_s - _HOLD_S, time_s + 0.002
    rows = pq.read_table(table, filters=[("time_s", ">=", low), ("time_s", "<=", high)])
    if not rows.num_rows:
        return None
    columns = rows.to_pydict()
    times = np.array(columns["time_s"])
    mine = np.flatnonzero(times == times.max())
    pick = {name: np.array(values)[mine] for name, values in columns.items()}
    boxes = np.stack([pick[name] for name in ("x1", "y1", "x2", "y2")], axis=1)
    probs = np.stack([pick[name] for name in EMOTIONS], axis=1)
    return FrameResult(
        float(times.max()),
        1,
        1,
        Faces(boxes, pick["score"], track_ids=pick["track_id"]),
        probs,
        probs,
        tuple(str(label) for label in pick["label"]),
    )


def drawn_frame(task: Task, table: Path, time_s: float) -> ImageArray:
    """(h, w, 3) RGB: the frame shown at a time, faces framed and labelled.

    Raises:
        FerError: the video cannot be read any more.
    """
    frame = read_frame(task.file, time_s)
    small = ArrayFrame(frame.bgr(_FRAME_PX))
    found = faces_at(table, frame.time_s)
    picture = small.bgr()
    if found is not None:
        sized = FrameResult(
            found.time_s,
            frame.width,
            frame.height,
            found.faces,
            found.probs,
            found.smoothed,
            found.labels,
        )
        picture = annotate_bgr(picture, sized)
    return np.ascontiguousarray(picture[..., ::-1])


def ratio_text(ratio: dict[str, float | None]) -> tuple[str, str]:
    """A ratio's value and the line below it."""
    if ratio["value"] is None:
        return "–", "too short to tell"
    low, high = ratio["low"], ratio["high"]
    interval = "too short for an interval" if low is None else f"{low:.1%} to {high:.1%}"
    return f"{ratio['value']:.1%}", f"{interval}, seen {ratio['coverage']:.0%} of the time"


def _show_person(person: dict[str, Any], task: Task) -> None:
    left, right = st.columns((11, 9), gap="medium")
    with left:
        st.subheader("Share of the time", anchor=False)
        label_s = person["label_s"]
        total_s = sum(label_s.values()) or 1.0
        shares = np.array([label_s.get(name, 0.0) / total_s for name in EMOTIONS], np.float32)
        top = EMOTIONS[int(shares.argmax())] if label_s else UNSURE
        show_panel(PanelView(top, shares), key=f"share-{task.stem}-{person['track_id']}")
        if unsure_s := label_s.get(UNSURE, 0.0):
            st.caption(f"No expression stood out in {unsure_s / total_s:.0%} of the time.")
    with right:
        st.subheader("Ratios", anchor=False)
        for name, text in (
            ("stress", "Mean probability of angry, disgust, fear and sad together."),
            ("happiness", "Mean probability of happy."),
        ):
            value, below = ratio_text(person[name])
            st.metric(f"{name.capitalize()} ratio", value, help=text)
            st.caption(below)
        st.caption(
            "Of displayed expressions, with the 95 % interval; our choice of a formula, and no "
            "medical finding."
        )


def _show_moments(task: Task, document: dict[str, Any], table: Path) -> None:
    moments = document["moments"]
    if not moments:
        return
    st.subheader("Strongest moments", anchor=False)
    columns = st.columns(3)
    for number, moment in enumerate(moments):
        with columns[number % len(columns)]:
            text = f"{moment['emotion'].capitalize()} {moment['probability']:.0%}"
            st.image(
                drawn_frame(task, table, moment["time_s"]),
                width="stretch",
                alt=f"{text} at {moment['time_s']:.1f} s",
            )
            st.button(
                f"{text}, at {clock_text(moment['time_s'])}",
                icon=":material/arrow_upward:",
                type="tertiary",
                key=f"moment-{task.stem}-{number}",
                on_click=_go_to,
                args=(task, moment["time_s"], document["duration_s"]),
                help="Show this moment in the timeline above.",
            )


def _show_changes(document: dict[str, Any]) -> None:
    episodes = [e for e in document["episodes"] if e["emotion"] != "neutral"]
    with st.expander("Changes: episodes, transitions, variability", icon=":material/timeline:"):
        st.caption(
            "An episode begins when an expression's probability reaches 50 %, ends when it falls "
            "below 35 %, and lasts half a second at least."
        )
        if episodes:
            names = {"emotion": "expression", "track_id": "person", "onset_s": "onset, s"}
            names |= {"peak_s": "peak, s", "length_s": "length, s", "peak": "highest"}
            st.dataframe(
                [{text: e[name] for name, text in names.items()} for e in episodes],
                hide_index=True,
            )
        else:
            st.markdown("No episode of another expression than neutral.")
        for person in shown_people(document):
            rate = person["changes_per_min"]
            st.markdown(
                f"**Person {person['track_id']}**"
                + (f", {rate:.1f} changes a minute" if rate is not None else "")
            )
            st.dataframe(_changes_of(person), hide_index=True)


def _changes_of(person: dict[str, Any]) -> list[dict[str, Any]]:
    """A row per expression: its variability, and how often each other one followed."""
    return [
        {
            "expression": name,
            "variability": person["variability"][name],
            **{f"to {to}": n for to, n in zip(EMOTIONS, counts, strict=True)},
        }
        for name, counts in zip(EMOTIONS, person["transitions"], strict=True)
    ]
