"""A lesson on the page: lines with markers, the summary per marker, the files."""

import html
from collections.abc import Callable, Sequence
from datetime import datetime, tzinfo

import plotly.graph_objects as go
import streamlit as st

from fer_core.app.classroom.texts import ANSWERS, INDEX
from fer_core.app.language.emotions import emotion
from fer_core.app.language.spoken import number, tr, tr_in
from fer_core.app.parts.blocks import DASHES, emotion_line, layout, line_style
from fer_core.app.parts.plots import show_plot
from fer_core.app.parts.scrolls import show_rows
from fer_core.app.parts.zone import visitor_zone
from fer_core.classroom.answers import AnswerCount, add_up
from fer_core.classroom.lesson import (
    BEFORE,
    Lesson,
    Part,
    seconds_csv,
    summarise,
    summary_csv,
    top_expression,
)
from fer_core.classroom.measures import CONCENTRATION, EYES_OPEN, FACING
from fer_core.labels import EMOTIONS
from fer_core.text import mark

#: Name, column, and place in the order of line styles.
SHARES = (
    (mark("facing the screen"), FACING, 0),
    (mark("eyes open"), EYES_OPEN, 2),
    (mark("concentration index"), CONCENTRATION, 1),
)
Markers = Sequence[tuple[int, str]]
_MOST_NAMES = 12


def local_time(time_s: float, zone: tzinfo | None, form: str = "%H:%M") -> str:
    """A UTC second as the visitor's clock shows it."""
    return datetime.fromtimestamp(time_s).astimezone(zone).strftime(form)


def _times(times: Sequence[float], zone: tzinfo | None) -> list[datetime]:
    # Without its zone, since Plotly would turn it into UTC.
    return [datetime.fromtimestamp(t).astimezone(zone).replace(tzinfo=None) for t in times]


def _finish(figure: go.Figure, markers: Markers, zone: tzinfo | None, title: str) -> go.Figure:
    layout(figure, height=320, title=title, hovermode="x unified", uirevision="lesson")
    # Room above 1 for the markers' names.
    figure.update_yaxes(
        range=[-0.03, 1.25], tickvals=[0, 0.2, 0.4, 0.6, 0.8, 1], fixedrange=True, tickformat=".1f"
    )
    stops = [
        {"dtickrange": [None, 59_999], "value": "%H:%M:%S"},
        {"dtickrange": [60_000, None], "value": "%H:%M"},
    ]
    figure.update_xaxes(tickformatstops=stops, nticks=5, fixedrange=True)
    for index, (at_s, label) in enumerate(markers[-_MOST_NAMES:]):
        at = _times([at_s], zone)[0]
        short = label if len(label) <= 24 else label[:23] + "…"
        figure.add_shape(
            type="line",
            x0=at,
            x1=at,
            y0=0,
            y1=1,
            yref="paper",
            line={"width": 1.5, "dash": "dot", "color": "#7F7F7F"},
        )
        figure.add_annotation(
            x=at,
            y=(1.25, 1.14)[index % 2],
            text=html.escape(short),
            showarrow=False,
            xanchor="left",
            yanchor="top",
            font={"size": 11},
        )
    return figure


def draw_shares(lesson: Lesson, markers: Markers, zone: tzinfo | None) -> go.Figure:
    """Facing, eyes open and the concentration index over time."""
    times, values = lesson.lines()
    figure = go.Figure()
    for name, column, style in SHARES:
        figure.add_scatter(
            x=_times(times.tolist(), zone),
            y=values[:, column],
            name=tr(name),
            line=line_style(style),
            mode="lines",
            connectgaps=False,
            hovertemplate="%{y:.1f}",
        )
    if lesson.answers:
        figure.add_scatter(
            x=_times([one.at_s for one in lesson.answers], zone),
            y=[one.follows for one in lesson.answers],
            name=tr("say they follow"),
            mode="markers",
            marker={"symbol": "diamond", "size": 9, "color": line_style(3)["color"]},
            hovertemplate="%{y:.1f}",
        )
    return _finish(figure, markers, zone, tr("Attention, as shares of the class"))


def draw_mix(lesson: Lesson, markers: Markers, zone: tzinfo | None) -> go.Figure:
    """The seven expressions over time."""
    times, values = lesson.lines()
    figure = go.Figure()
    for index, name in enumerate(EMOTIONS):
        figure.add_scatter(
            x=_times(times.tolist(), zone),
            y=values[:, index],
            name=emotion(name),
            line={**emotion_line(name, index), "dash": DASHES[index % len(DASHES)]},
            mode="lines",
            connectgaps=False,
            hovertemplate="%{y:.1f}",
        )
    return _finish(figure, markers, zone, tr("Expression mix, as means of the class"))


def show_lines(lesson: Lesson, markers: Markers, *, key: str) -> None:
    """Both charts, side by side on a wide window."""
    zone = visitor_zone()
    left, right = st.columns(2, gap="medium")
    with left:
        show_plot(
            draw_shares(lesson, markers, zone),
            key=f"{key}-shares",
            alt=tr("Facing the screen, eyes open and concentration index over the lesson"),
        )
    with right:
        show_plot(
            draw_mix(lesson, markers, zone),
            key=f"{key}-mix",
            alt=tr("Mean probability of each of seven expressions over the lesson"),
        )


def show_answers(lesson: Lesson) -> None:
    """What students said of themselves last, and how often their cameras agree."""
    if not lesson.answers:
        return
    last, whole = lesson.answers[-1], add_up(lesson.answers)
    assert whole is not None
    left, middle, right = st.columns(3)
    left.metric(
        tr("Say they follow, {time}").format(time=local_time(last.at_s, visitor_zone())),
        number(last.follows, 1),
        help=tr(ANSWERS),
    )
    middle.metric(tr("Say they are lost"), number(1 - last.follows, 1))
    right.metric(tr("Camera agrees"), _agreement(last))
    st.caption(
        tr(
            "These are of {people} people. In the whole lesson, {answers} answers: follow "
            "{follow}, camera agrees {agree}."
        ).format(
            people=number(last.people),
            answers=number(whole.people),
            follow=number(whole.follows, 1),
            agree=_agreement(whole),
        )
    )


def _agreement(count: AnswerCount) -> str:
    return tr("too few measured") if count.agrees is None else number(count.agrees, 1)


def summary_rows(parts: Sequence[Part], zone: tzinfo | None) -> list[dict[str, object]]:
    """The summary as a table: one row per marker, shares in tenths."""
    rows: list[dict[str, object]] = []
    for part in parts:
        best = top_expression(part.mean)
        row: dict[str, object] = {
            tr_in("time", "from"): local_time(part.start_s, zone, "%H:%M:%S"),
            # Words of the educator's stay theirs.
            tr("marker"): tr(BEFORE) if part.label == BEFORE else part.label,
            tr("minutes"): round((part.end_s - part.start_s) / 60, 1),
            tr("with figures"): f"{part.shown_s} s",
        }
        for name, column, _ in SHARES:
            value = float(part.mean[column])
            row[tr(name)] = value if value == value else None
        if any(one.said for one in parts):
            said = part.said
            row[tr("answers")] = said.people if said else 0
            row[tr("say they follow")] = said.follows if said else None
            row[tr("camera agrees")] = said.agrees if said else None
        row[tr("most shown")] = (
            "" if best is None else f"{emotion(EMOTIONS[best])} {number(part.mean[best], 1)}"
        )
        rows.append(row)
    return rows


def show_lesson(
    lesson: Lesson,
    markers: Markers,
    *,
    start_s: int,
    end_s: int,
    key: str,
    name: str,
    model: str,
    on_export: Callable[[], None] | None = None,
) -> None:
    """A lesson that is over: lines, summary per marker, and files to take along.

    Args:
        lesson: its seconds.
        markers: (UTC second, label).
        start_s, end_s: UTC seconds.
        key: keeps its elements apart from others'.
        name: of the files.
        model: name, version and hash of the one in use; empty where it is not known.
        on_export: called before a file is taken along.
    """
    zone = visitor_zone()
    show_lines(lesson, markers, key=key)
    parts = summarise(lesson, markers, start_s=start_s, end_s=end_s)
    st.subheader(tr("Summary per marker"), anchor=False)
    show_rows(
        summary_rows(parts, zone),
        formats=dict.fromkeys(
            (*(tr(title) for title, *_ in SHARES), tr("say they follow"), tr("camera agrees")),
            "%.1f",
        ),
        height="content" if len(parts) < 10 else 380,
    )
    with st.container(horizontal=True):
        for label, text, file in (
            (
                tr("Download seconds (CSV)"),
                seconds_csv(lesson, markers, start_s=start_s, model=model),
                "seconds",
            ),
            (tr("Download summary (CSV)"), summary_csv(parts, model=model), "summary"),
        ):
            st.download_button(
                label,
                text,
                f"{name}-{file}.csv",
                "text/csv",
                key=f"{key}-{file}",
                icon=":material/download:",
                on_click=on_export or "ignore",
            )
    if lesson.answers:
        st.caption(tr(ANSWERS))
    known = tr("Expression model: {model}.").format(model=tr(model))
    st.caption(f"{tr(INDEX)} {known}" if model else tr(INDEX))
