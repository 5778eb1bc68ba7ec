"""Marks of a recording on the page: spans, markers, people; results are made again from them."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from fer_core.analysis import Task
from fer_core.analysis.markup import Markup, parse_markup
from fer_core.app.analyse.mark_rows import (
    AGAIN,
    CONDITION,
    FROM,
    GROUP,
    NAME,
    NEUTRAL_FROM,
    NEUTRAL_TO,
    OUT,
    SEEN,
    TEXT,
    TIME,
    TO,
    TRACK,
    Rows,
    markup_from,
    markup_of,
    people_rows,
)
from fer_core.app.language.spoken import told, tr
from fer_core.app.parts.player import PlayerReport, show_player
from fer_core.app.parts.scrolls import say_scrolls, table_width_px
from fer_core.errors import FerError

_PLAYABLE = (".mp4", ".webm")


@st.fragment
def show_marks(
    task: Task, document: dict[str, Any], at_s: float, apply: Callable[[Markup], None]
) -> None:
    """Draw the marks and their editor.

    Args:
        task: the video.
        document: of its JSON export.
        at_s: the chosen time of the timeline.
        apply: makes the results again.
    """
    markup = markup_of(document)
    key = f"marks-{task.stem}"
    with st.expander(tr("Spans, markers, people"), icon=":material/bookmark:", key=f"{key}-open"):
        st.markdown(
            tr(
                "Say which seconds count and under which condition, set markers, and who is who. "
                "The results are made again from what was measured; it can be taken back."
            )
        )
        draft: Rows = st.session_state.setdefault(f"{key}-markers", _marker_rows(markup))
        round_ = st.session_state.setdefault(f"{key}-round", 0)
        _show_markers(task, draft, at_s, key)
        _show_tables(document, markup, draft, f"{key}-{round_}", key, apply)


def _marker_rows(markup: Markup) -> Rows:
    return [{TIME: m.time_s, TEXT: m.text} for m in markup.markers]


def _show_markers(task: Task, draft: Rows, at_s: float, key: str) -> None:
    report: PlayerReport | None = None
    if Path(task.file).suffix.lower() in _PLAYABLE and st.toggle(
        tr("Play the video"), key=f"{key}-play"
    ):
        report = show_player(
            Path(task.file), alt=tr("The video {name}").format(name=task.name), key=key
        )
        seen = st.session_state.get(f"{key}-report")
        if report is not None and (seen is None or seen[0] != report):
            st.session_state[f"{key}-report"] = report, time.monotonic()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(tr("Text of the next marker"), key=f"{key}-text", max_chars=200)
        now_s = at_s if report is None else None
        st.button(
            tr("Set marker"),
            icon=":material/flag:",
            key=f"{key}-set",
            shortcut="Ctrl+M",
            on_click=_add_marker,
            args=(key, draft, now_s),
        )


def _add_marker(key: str, draft: Rows, at_s: float | None) -> None:
    """Set a marker at a time; where None, at the player's."""
    if at_s is None:
        at_s = playing_at(*st.session_state[f"{key}-report"])
    draft.append({TIME: round(at_s, 2), TEXT: st.session_state[f"{key}-text"]})
    st.session_state[f"{key}-round"] += 1


def playing_at(report: PlayerReport, heard_at: float, now: float | None = None) -> float:
    """Where the player is, from what it said last and when that was heard, in seconds."""
    passed_s = (time.monotonic() if now is None else now) - heard_at
    return report.clip_s + (passed_s if report.plays and not report.ended else 0.0)


def _show_tables(
    document: dict[str, Any],
    markup: Markup,
    draft: Rows,
    key: str,
    base: str,
    apply: Callable[[Markup], None],
) -> None:
    seconds = {name: st.column_config.NumberColumn(tr(name), min_value=0.0) for name in (FROM, TO)}
    st.markdown("**" + tr("Markers") + "**")
    markers = st.data_editor(
        [*draft] or [{TIME: None, TEXT: ""}],
        column_config={
            TIME: st.column_config.NumberColumn(tr(TIME), min_value=0.0),
            TEXT: tr(TEXT),
        },
        num_rows="dynamic",
        key=f"{key}-of-markers",
        hide_index=True,
    )
    st.markdown("**" + tr("Spans") + "**")
    rows: Rows = [
        {
            FROM: s.from_s,
            TO: s.to_s,
            CONDITION: s.condition,
            GROUP: s.group,
            OUT: s.exclude,
        }
        for s in markup.spans
    ]
    empty = {FROM: None, TO: None, CONDITION: "", GROUP: "", OUT: False}
    spans = st.data_editor(
        rows or [empty],
        column_config={**seconds, **{name: tr(name) for name in (CONDITION, GROUP, OUT)}},
        num_rows="dynamic",
        key=f"{key}-of-spans",
        hide_index=True,
    )
    people = people_rows(document, markup)
    if people:
        st.markdown("**" + tr("People") + "**")
        tracks = [row[TRACK] for row in people]
        wanted_px = table_width_px(pd.DataFrame(people).rename(columns=tr))
        people = st.data_editor(
            people,
            column_config={
                TRACK: st.column_config.NumberColumn(tr(TRACK), disabled=True),
                SEEN: st.column_config.NumberColumn(tr(SEEN), disabled=True, format="%.1f"),
                AGAIN: st.column_config.SelectboxColumn(
                    tr(AGAIN), options=tracks, help=tr("This track is another one's person again.")
                ),
                NEUTRAL_FROM: st.column_config.NumberColumn(
                    tr(NEUTRAL_FROM),
                    min_value=0.0,
                    help=tr("Where this person's face is at rest, a second at least."),
                ),
                NEUTRAL_TO: st.column_config.NumberColumn(tr(NEUTRAL_TO), min_value=0.0),
                **{name: tr(name) for name in (NAME, OUT)},
            },
            key=f"{key}-of-people",
            hide_index=True,
        )
        say_scrolls(wanted_px)
    left, right = st.columns(2)
    from_s = left.number_input(tr("Look from, s"), 0.0, value=markup.from_s, key=f"{key}-from")
    to_s = right.number_input(
        tr("Look up to, s"), 0.0, value=markup.to_s, key=f"{key}-to", placeholder=tr("the end")
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if st.button(tr("Apply"), type="primary", icon=":material/check:", key=f"{base}-apply"):
            _apply(lambda: markup_from(from_s, to_s, spans, markers, people), base, apply)
        if not markup.is_empty and st.button(
            tr("Take all back"), icon=":material/undo:", key=f"{base}-undo"
        ):
            _apply(Markup, base, apply)
    file = st.file_uploader(tr("Load marks (STEM.spans.json)"), "json", key=f"{key}-load")
    if file is not None and st.button(tr("Use these marks"), key=f"{base}-use"):
        _apply(lambda: parse_markup(file.getvalue(), file.name), base, apply)


def _apply(make: Callable[[], Markup], base: str, apply: Callable[[Markup], None]) -> None:
    try:
        with st.spinner(tr("Making the results again")):
            apply(make())
    except FerError as error:
        st.error(told(error))
        return
    st.session_state.pop(f"{base}-markers", None)
    st.session_state[f"{base}-round"] += 1
    st.rerun()
