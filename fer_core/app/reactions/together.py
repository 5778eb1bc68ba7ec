"""Charts and files of reactions, and the operator's part: clips, and viewers together."""

from datetime import datetime
from typing import Any

import numpy as np
import plotly.graph_objects as go
import streamlit as st
from numpy.typing import NDArray

from fer_core.app.access.rights import note_action
from fer_core.app.parts.timeline import show_timeline
from fer_core.app.reactions.texts import LAW
from fer_core.config import settings
from fer_core.errors import FerError
from fer_core.labels import COLORS, EMOTIONS
from fer_core.reactions import Clip, Course, Overlay, Shelf, overlay
from fer_core.reactions.export import (
    overlay_rows,
    to_csv,
    to_eaf,
    to_json,
    to_parquet,
    to_vtt,
)
from fer_core.text import markdown_escape

_LOOKED = "reactions_looked"


def show_course(probs: NDArray[np.float64], duration_s: float, *, alt: str, key: str) -> None:
    """Seven rows over the clip's time."""
    show_timeline(
        np.arange(len(probs)) + 0.5,
        probs,
        now_s=duration_s,
        span_s=max(duration_s, 1.0),
        from_start=True,
        alt=alt,
        key=f"reactions_course_{key}",
    )


def show_files(
    rows: list[dict[str, Any]],
    probs: NDArray[np.float64],
    clip: Clip,
    *,
    who: str,
    stem: str,
    key: str,
    **about: Any,
) -> None:
    """Downloads: the table, and what lies on the clip in a player or in ELAN.

    Args:
        rows: of the table.
        probs: (T, 7) by the clip's second.
        clip: what was watched.
        who: name of the tier.
        stem: of the files.
        key: of the buttons.
        about: what the JSON file says besides.
    """
    now = datetime.now().astimezone().isoformat(timespec="seconds")
    with st.container(horizontal=True):
        for name, ending, mime, content in (
            ("CSV", "csv", "text/csv", to_csv(rows)),
            ("JSON", "json", "application/json", to_json(rows, clip=clip.name, **about)),
            ("Parquet", "parquet", "application/vnd.apache.parquet", to_parquet(rows)),
            ("WebVTT", "vtt", "text/vtt", to_vtt(probs)),
            ("ELAN", "eaf", "text/xml", to_eaf(probs, who=who, media=clip.file, modified=now)),
        ):
            st.download_button(
                name,
                content,
                f"{stem}.{ending}",
                mime,
                icon=":material/download:",
                on_click="ignore",
                key=f"reactions_{key}_{ending}",
            )


def show_overlay(both: Overlay, duration_s: float, *, key: str) -> None:
    """Means of all, and the spread of one expression."""
    show_course(both.mean, duration_s, alt=f"Mean expressions of {both.viewers} viewers", key=key)
    strongest = EMOTIONS[int(np.nanmax(np.nan_to_num(both.mean[:, :-1]), axis=0).argmax())]
    emotion = st.segmented_control(
        "Spread of",
        list(EMOTIONS),
        default=strongest,
        required=True,
        key=f"reactions_emotion_{key}",
    )
    st.plotly_chart(spread_figure(both, emotion), key=f"reactions_spread_{key}")
    st.caption("The line is the mean; the band is one standard deviation to each side.")


def spread_figure(both: Overlay, emotion: str) -> go.Figure:
    """Mean and deviation of one expression over the clip."""
    column, color = EMOTIONS.index(emotion), COLORS[emotion]
    seconds = np.arange(len(both.seen)) + 0.5
    band = {"line": {"width": 0}, "hoverinfo": "skip", "showlegend": False}
    figure = go.Figure(
        [
            go.Scatter(x=seconds, y=both.high[:, column], **band),
            go.Scatter(
                x=seconds, y=both.low[:, column], fill="tonexty", fillcolor=_pale(color), **band
            ),
            go.Scatter(
                x=seconds,
                y=both.mean[:, column],
                line={"color": color, "width": 3},
                customdata=both.seen,
                hovertemplate="%{x:.0f} s: %{y:.0%} of %{customdata} viewers<extra></extra>",
                showlegend=False,
            ),
        ]
    )
    figure.update_layout(height=260, margin={"l": 0, "r": 0, "t": 8, "b": 0})
    figure.update_xaxes(title="seconds of the clip")
    figure.update_yaxes(range=[0, 1], tickformat=".0%")
    return figure


def _pale(color: str) -> str:
    red, green, blue = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, 0.25)"


def show_operator(shelf: Shelf, clips: list[Clip]) -> None:
    """Viewers together, and the clips."""
    if clips:
        clip = st.selectbox(
            "Clip", clips, format_func=lambda c: c.name, key="reactions_together_clip"
        )
        _show_together(shelf, clip)
    st.subheader("Clips", anchor=False)
    st.caption(LAW)
    with st.form("reactions_add", border=False, clear_on_submit=True):
        name = st.text_input("Name of the clip", max_chars=80)
        file = st.file_uploader(
            "MP4 (H.264) or WebM, 15 minutes at most",
            type=["mp4", "webm"],
            max_upload_size=settings().max_upload_mb,
        )
        pressed = st.form_submit_button("Add clip", icon=":material/video_call:")
    if pressed:
        try:
            if file is None:
                st.warning("Choose a file first.")
            else:
                with st.spinner("Reading the clip"):
                    clip = shelf.add(name, file.name, file)
                note_action("gave", f"clip {clip.key}")
                st.rerun()
        except FerError as error:
            st.error(str(error))
        except OSError as error:
            st.error(f"The clip could not be kept ({error.strerror}); make room on the disk.")
    for clip in clips:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"{markdown_escape(clip.name)}, {clip.duration_s:.0f} s")
            with st.popover("Remove", icon=":material/delete:"):
                st.markdown("The clip and all that viewers gave for it will be deleted.")
                if st.button("Remove it", key=f"reactions_remove_{clip.key}"):
                    note_action("erased", f"clip {clip.key} and what viewers gave")
                    shelf.remove(clip)
                    st.rerun()


def _show_together(shelf: Shelf, clip: Clip) -> None:
    k = settings().k_min
    both = overlay(shelf.courses(clip), k)
    if both is None:
        st.info(
            f"Fewer than {k} viewers gave their numbers; nothing is shown before that. A group of "
            f"{k} of which one deleted theirs is withheld."
        )
        return
    subject = f"reactions, clip {clip.key}, {both.viewers} viewers"
    looked = st.session_state.setdefault(_LOOKED, set())
    if subject not in looked:  # each view once per visit
        note_action("looked", subject)
        looked.add(subject)
    st.markdown(f"**{both.viewers}** viewers, counted in full groups of {k}.")
    show_overlay(both, clip.duration_s, key="together")
    show_files(
        overlay_rows(both),
        both.mean,
        clip,
        who=f"{both.viewers} viewers",
        stem="reactions",
        key="together",
        viewers=both.viewers,
    )


def show_demonstration() -> None:
    """Made-up viewers of a made-up clip: somebody tells a joke, something breaks."""
    with st.container(border=True):
        st.badge("Demonstration: made-up data", icon=":material/science:", color="orange")
        st.markdown("What twenty viewers of a clip look like together:")
        both = overlay(demo_courses(), 5)
        assert both is not None
        show_overlay(both, 30.0, key="demo")


def demo_courses(viewers: int = 20, seconds: int = 30) -> list[Course]:
    """Made-up courses, the same every time."""
    rng = np.random.default_rng(7)
    time_s = np.arange(seconds) + 0.5
    found = []
    for _ in range(viewers):
        probs = np.full((seconds, len(EMOTIONS)), 0.03)
        for emotion, at_s, width_s in (
            ("happy", 9.0, 3.0),
            ("surprise", 20.0, 1.5),
            ("sad", 25, 3),
        ):
            peak = rng.uniform(0.2, 1.0) * np.exp(
                -(((time_s - at_s - rng.normal(0, 1)) / width_s) ** 2)
            )
            probs[:, EMOTIONS.index(emotion)] += peak
        probs[:, EMOTIONS.index("neutral")] += np.maximum(0.05, 1 - probs.sum(axis=1))
        found.append(Course(probs / probs.sum(axis=1, keepdims=True), np.ones(seconds)))
    return found
