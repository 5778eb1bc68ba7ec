"""Charts and files of reactions, and the operator's part: clips, and viewers together."""

import json
import re
from datetime import datetime
from typing import Any

import numpy as np
import plotly.graph_objects as go
import streamlit as st
from numpy.typing import NDArray

from fer_core.app.access.rights import note_action
from fer_core.app.language.emotions import emotion
from fer_core.app.language.spoken import number, percent, tr
from fer_core.app.language.spoken import told as told_error
from fer_core.app.parts.plots import show_plot
from fer_core.app.parts.zone import visitor_zone
from fer_core.app.reactions.clip import show_course, show_with_clip
from fer_core.app.reactions.texts import COUNTED, FEWER, LAW
from fer_core.app.uploads import drop_files, expect_files, largest_mb
from fer_core.config import settings
from fer_core.errors import FerError
from fer_core.labels import COLORS, EMOTIONS
from fer_core.reactions import (
    Overlay,
    ReactionCourse,
    Shelf,
    StimulusClip,
    StudyShelf,
    overlay,
)
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


def show_files(
    rows: list[dict[str, Any]],
    probs: NDArray[np.float64],
    clip: StimulusClip,
    *,
    who: str,
    stem: str,
    key: str,
    models: list[dict[str, Any]],
    **about: Any,
) -> None:
    """Downloads: the table, and what lies on the clip in a player or in ELAN.

    Args:
        rows: of the table.
        probs: (T, 7) by the clip's second.
        clip: what was watched.
        who: name of the tier.
        stem: first part of the files' names, before the clip's and the date.
        key: of the buttons.
        models: that measured, each as ``ModelIdentity.to_dict`` gives it.
        about: what the JSON file says besides.
    """
    at = datetime.now().astimezone(visitor_zone())
    now = at.isoformat(timespec="seconds")
    name_of_file = file_stem(stem, clip.name, at)
    model = "; ".join(f"{m['name']}, version {m['version']}, {m['sha256']}" for m in models)
    told = [row | {"model": model} for row in rows]
    json_text = to_json(rows, clip=clip.name, models=models, **about)
    with st.container(horizontal=True):
        for name, ending, mime, content in (
            ("CSV", "csv", "text/csv", to_csv(told)),
            ("JSON", "json", "application/json", json_text),
            ("Parquet", "parquet", "application/vnd.apache.parquet", to_parquet(told)),
            ("WebVTT", "vtt", "text/vtt", to_vtt(probs)),
            ("ELAN", "eaf", "text/xml", to_eaf(probs, who=who, media=clip.file, modified=now)),
        ):
            st.download_button(
                name,
                content,
                f"{name_of_file}.{ending}",
                mime,
                icon=":material/download:",
                on_click="ignore",
                key=f"reactions_{key}_{ending}",
            )


def show_table_files(
    tables: dict[str, list[dict[str, Any]]], name: str, *, key: str, about: dict[str, Any]
) -> None:
    """Downloads of a study: each table as CSV, and all of them in one JSON file.

    Args:
        tables: by what they are; those without rows are left out.
        name: of the study.
        key: of the buttons.
        about: what the JSON file says besides.
    """
    at = datetime.now().astimezone(visitor_zone())
    files = [
        (f"CSV, {what}", f"{file_stem(f'study-{what}', name, at)}.csv", "text/csv", to_csv(rows))
        for what, rows in tables.items()
        if rows
    ]
    text = json.dumps(about | tables, indent=1)
    files.append(("JSON", f"{file_stem('study', name, at)}.json", "application/json", text))
    with st.container(horizontal=True):
        for index, (label, file, mime, content) in enumerate(files):
            st.download_button(
                label,
                content,
                file,
                mime,
                icon=":material/download:",
                on_click="ignore",
                key=f"{key}_{index}",
            )


def note_look(subject: str) -> None:
    """The audit log says that somebody looked: each view once per visit."""
    looked = st.session_state.setdefault(_LOOKED, set())
    if subject not in looked:
        note_action("looked", subject)
        looked.add(subject)


def file_stem(stem: str, clip: str, at: datetime) -> str:
    """``reaction-a-clip-20261127-0912``: what it is, of which clip, when it was taken along."""
    plain = re.sub(r"[^a-z0-9]+", "-", clip.lower()).strip("-")[:40]
    return "-".join(filter(None, (stem, plain, f"{at:%Y%m%d-%H%M}")))


def show_overlay(both: Overlay, duration_s: float, *, key: str) -> None:
    """Means of all, without a clip, and the spread of one expression."""
    show_course(both.mean, duration_s, alt=_means_of(both), key=key)
    show_spread(both, key=key)


def _means_of(both: Overlay) -> str:
    return tr("Mean expressions of {n} viewers").format(n=both.viewers)


def show_spread(both: Overlay, *, key: str) -> None:
    """How far viewers differ in one expression."""
    strongest = EMOTIONS[int(np.nanmax(np.nan_to_num(both.mean[:, :-1]), axis=0).argmax())]
    shown = st.segmented_control(
        tr("Spread of"),
        list(EMOTIONS),
        format_func=emotion,
        default=strongest,
        required=True,
        key=f"reactions_emotion_{key}",
    )
    show_plot(
        spread_figure(both, shown),
        key=f"reactions_spread_{key}",
        alt=tr("Mean of {expression} over the clip, with its standard deviation").format(
            expression=emotion(shown)
        ),
    )
    st.caption(tr("The line is the mean; the band is one standard deviation to each side."))


def spread_figure(both: Overlay, name: str) -> go.Figure:
    """Mean and deviation of one expression over the clip."""
    column, color = EMOTIONS.index(name), COLORS[name]
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
                # Plotly's own places stand in braces, too.
                hovertemplate=tr("{time} s: {share} of {n} viewers").format(
                    time="%{x:.0f}", share="%{y:.0%}", n="%{customdata}"
                )
                + "<extra></extra>",
                showlegend=False,
            ),
        ]
    )
    figure.update_layout(height=260, margin={"l": 0, "r": 0, "t": 8, "b": 0})
    figure.update_xaxes(title=tr("seconds of the clip"))
    figure.update_yaxes(range=[0, 1], tickvals=[0, 0.25, 0.5, 0.75, 1])
    figure.update_yaxes(ticktext=[percent(share, 0) for share in (0, 0.25, 0.5, 0.75, 1)])
    return figure


def _pale(color: str) -> str:
    red, green, blue = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, 0.25)"


def show_operator(shelf: Shelf, clips: list[StimulusClip]) -> None:
    """Viewers together, and the clips."""
    if clips:
        clip = st.selectbox(
            tr("Clip"), clips, format_func=lambda c: c.name, key="reactions_together_clip"
        )
        _show_together(shelf, clip)
    st.subheader(tr("Clips"), anchor=False)
    st.caption(tr(LAW))
    with st.form("reactions_add", border=False, clear_on_submit=True):
        name = st.text_input(tr("Name of the clip"), max_chars=80)
        expect_files()
        file = st.file_uploader(
            tr("MP4 (H.264) or WebM, 15 minutes at most"),
            type=["mp4", "webm"],
            max_upload_size=largest_mb(),
        )
        pressed = st.form_submit_button(tr("Add clip"), icon=":material/video_call:")
    if pressed:
        try:
            if file is None:
                st.warning(tr("Choose a file first."))
            else:
                with st.spinner(tr("Reading the clip")):
                    clip = shelf.add(name, file.name, file)
                drop_files([file.file_id])
                note_action("gave", f"clip {clip.key}")
                st.rerun()
        except FerError as error:
            st.error(told_error(error))
        except OSError as error:
            st.error(
                tr("The clip could not be kept ({why}); make room on the disk.").format(
                    why=error.strerror
                )
            )
    for clip in clips:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"{markdown_escape(clip.name)}, {number(clip.duration_s)} s")
            with st.popover(tr("Remove"), icon=":material/delete:"):
                uses = StudyShelf().studies_of(clip)
                if uses:
                    names = ", ".join(markdown_escape(one.name) for one in uses)
                    st.markdown(
                        tr("The clip is in a study: remove that first ({names}).").format(
                            names=names
                        )
                    )
                    continue
                st.markdown(tr("The clip and all that viewers gave for it will be deleted."))
                if st.button(tr("Remove it"), key=f"reactions_remove_{clip.key}"):
                    note_action("erased", f"clip {clip.key} and what viewers gave")
                    shelf.remove(clip)
                    st.rerun()


def _show_together(shelf: Shelf, clip: StimulusClip) -> None:
    k = settings().k_min
    both = overlay(shelf.courses(clip), k)
    if both is None:
        st.info(tr(FEWER).format(k=k))
        return
    note_look(f"reactions, clip {clip.key}, {both.viewers} viewers")
    st.markdown(tr(COUNTED).format(n=both.viewers, k=k))
    show_with_clip(both.mean, shelf, clip, alt=_means_of(both), key=f"together_{clip.key}")
    show_spread(both, key="together")
    show_files(
        overlay_rows(both),
        both.mean,
        clip,
        who=f"{both.viewers} viewers",
        stem="reactions",
        key="together",
        models=shelf.models(clip),
        viewers=both.viewers,
    )


def show_demonstration() -> None:
    """Made-up viewers of a made-up clip: somebody tells a joke, something breaks."""
    with st.container(border=True):
        st.badge(tr("Demonstration: made-up data"), icon=":material/science:", color="orange")
        st.markdown(tr("What twenty viewers of a clip look like together:"))
        both = overlay(demo_courses(), 5)
        assert both is not None
        show_overlay(both, 30.0, key="demo")


def demo_courses(viewers: int = 20, seconds: int = 30) -> list[ReactionCourse]:
    """Made-up courses, the same every time."""
    rng = np.random.default_rng(7)
    time_s = np.arange(seconds) + 0.5
    found = []
    for _ in range(viewers):
        probs = np.full((seconds, len(EMOTIONS)), 0.03)
        for name, at_s, width_s in (
            ("happy", 9.0, 3.0),
            ("surprise", 20.0, 1.5),
            ("sad", 25, 3),
        ):
            peak = rng.uniform(0.2, 1.0) * np.exp(
                -(((time_s - at_s - rng.normal(0, 1)) / width_s) ** 2)
            )
            probs[:, EMOTIONS.index(name)] += peak
        probs[:, EMOTIONS.index("neutral")] += np.maximum(0.05, 1 - probs.sum(axis=1))
        found.append(ReactionCourse(probs / probs.sum(axis=1, keepdims=True), np.ones(seconds)))
    return found
