"""The page's figures. Emotions have the one palette's colours; two ratios have one colour each."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from fer_core.app.language.emotions import emotion
from fer_core.app.language.spoken import number, spoken, tr
from fer_core.app.parts.blocks import layout as usual_layout
from fer_core.app.parts.words import interval
from fer_core.labels import COLORS, EMOTIONS
from fer_core.text import mark
from fer_core.wellbeing.ratios import RatioEstimate
from fer_core.wellbeing.sitting import Rule
from fer_core.wellbeing.team import BANDS
from fer_core.wellbeing.trends import Baseline, Point

#: Not an emotion's colour: the ratio is made of several. Reads on white and on dark.
STRESS_COLOR: Final = "#7A70E8"
HAPPY_COLOR: Final = COLORS["happy"]
_DASHES = ("solid", "dash", "dot", "dashdot")
#: Of the figure by day: which ratio, its name, colour and dash.
_RATIOS = (
    ("stress", mark("stress ratio"), STRESS_COLOR, "solid"),
    ("happiness", mark("happiness ratio"), HAPPY_COLOR, "dot"),
)
#: Days below a figure: Plotly knows the names of months in English alone.
_DAY_FORM = mark("%d %b")


def layout(figure: go.Figure, *, height: int, **options: Any) -> None:
    """Lay a chart out as on the Metrics page, without a title's place."""
    usual_layout(figure, height=height, **options)
    figure.update_layout(margin_t=12, legend_traceorder="normal")


def _share(value: str) -> str:
    """A value in percent, or a place of a template for one, with the sign."""
    return spoken().percent_form.format(n=value)


def mix_figure(mix: ArrayLike) -> go.Figure:
    """Bars of the seven mean probabilities, (7,)."""
    values = 100 * np.asarray(mix, np.float64)
    figure = go.Figure(
        go.Bar(
            x=values,
            y=[emotion(name) for name in EMOTIONS],
            orientation="h",
            marker_color=[COLORS[name] for name in EMOTIONS],
            text=[_share(number(value, 1)) for value in values],
            textposition="outside",
            cliponaxis=False,
            hovertemplate=f"%{{y}}: {_share('%{x:.1f}')}<extra></extra>",
        )
    )
    layout(figure, height=260, showlegend=False)
    figure.update_xaxes(range=[0, max(10.0, 1.25 * float(np.nanmax(values)))], visible=False)
    figure.update_yaxes(autorange="reversed")
    return figure


def course_figure(times_s: ArrayLike, probs: ArrayLike) -> go.Figure:
    """The seven probabilities over the seconds of a check-in, stacked; a gap where no face was.

    Args:
        times_s: (T,) seconds since its start, whole and increasing.
        probs: (T, 7).
    """
    times = np.asarray(times_s, np.float64)
    rows = np.asarray(probs, np.float64).reshape(-1, len(EMOTIONS))
    if len(times):
        grid = np.arange(times[0], times[-1] + 1)
        full = np.full((len(grid), len(EMOTIONS)), np.nan)
        full[(times - times[0]).astype(int)] = rows
        times, rows = grid - grid[0], full
    figure = go.Figure()
    for column, name in enumerate(EMOTIONS):
        figure.add_bar(
            x=times,
            y=100 * rows[:, column],
            name=emotion(name),
            marker={"color": COLORS[name], "line_width": 0},
            hovertemplate=_share("%{y:.1f}"),
        )
    layout(figure, height=300, barmode="stack", bargap=0, hovermode="x unified")
    figure.update_layout(legend_y=-0.4)  # below the axis' title
    figure.update_xaxes(title=tr("seconds"))
    figure.update_yaxes(title=tr("share (%)"), range=[0, 100])
    return figure


def _error(ratios: Sequence[RatioEstimate], color: str) -> dict[str, Any]:
    """Error bars of intervals; none where there is no interval."""
    up = [100 * (r.high - r.value) if np.isfinite(r.high) else 0.0 for r in ratios]
    down = [100 * (r.value - r.low) if np.isfinite(r.low) else 0.0 for r in ratios]
    return {
        "type": "data",
        "symmetric": False,
        "array": np.maximum(up, 0).tolist(),
        "arrayminus": np.maximum(down, 0).tolist(),
        "thickness": 1.2,
        "width": 3,
        "color": color,
    }


def trend_figure(points: Sequence[Point], baseline: Baseline | None, rule: Rule) -> go.Figure:
    """Both ratios by day with intervals, the threshold, and what is usual."""
    figure = go.Figure()
    if baseline is not None:
        figure.add_hrect(
            y0=100 * baseline.low,
            y1=100 * baseline.high,
            fillcolor=STRESS_COLOR,
            opacity=0.13,
            line_width=0,
            annotation_text=tr("usual for you"),
            annotation_position="top left",
        )
    hover = tr("{ratio} ({interval}), face in view {share}").format(
        ratio=_share("%{y:.1f}"), interval="%{customdata[0]}", share="%{customdata[1]}"
    )
    for ratio_of, name, color, dash in _RATIOS:
        ratios = [getattr(point, ratio_of) for point in points]
        figure.add_scatter(
            x=[point.key for point in points],
            y=[100 * ratio.value for ratio in ratios],
            error_y=_error(ratios, color),
            name=tr(name),
            mode="lines+markers",
            line={"color": color, "dash": dash, "width": 2},
            customdata=[[_span(one), _share(number(100 * one.coverage, 1))] for one in ratios],
            hovertemplate=hover,
        )
    figure.add_hline(
        y=100 * rule.threshold,
        line={"color": "#7F7F7F", "dash": "dash", "width": 1},
        annotation_text=tr("threshold"),
        annotation_position="bottom right",
    )
    layout(figure, height=340, hovermode="x unified")
    figure.update_yaxes(title=tr("ratio (%)"), range=[0, 100])
    figure.update_xaxes(tickformat=tr(_DAY_FORM))
    return figure


def _span(ratio: RatioEstimate) -> str:
    if not np.isfinite(ratio.low):
        return tr("no interval")
    return interval(ratio.low, ratio.high)


def group_figure(points: Sequence[Point], names: Sequence[str]) -> go.Figure:
    """The stress ratio by weekday or hour, with intervals.

    Args:
        points: in order.
        names: of each point.
    """
    ratios = [point.stress for point in points]
    figure = go.Figure(
        go.Bar(
            x=list(names),
            y=[100 * ratio.value for ratio in ratios],
            error_y=_error(ratios, "#8A8A94"),
            marker_color=STRESS_COLOR,
            hovertemplate=f"%{{x}}: {_share('%{y:.1f}')}<extra></extra>",
        )
    )
    layout(figure, height=260, showlegend=False)
    figure.update_yaxes(title=tr("stress ratio (%)"), rangemode="tozero")
    figure.update_xaxes(type="category")
    return figure


def team_figure(
    days: Sequence[Any], lines: Sequence[tuple[str, Sequence[float], Sequence[Sequence[float]]]]
) -> go.Figure:
    """The mean stress ratio by day: one line per team, told apart by dashes and names.

    Args:
        days: dates.
        lines: (name, values in 0..1 with NaN where nothing may be shown, (low, high) of each).
    """
    figure = go.Figure()
    for place, (name, values, spans) in enumerate(lines):
        shown = 100 * np.asarray(values, np.float64)
        low, high = 100 * np.asarray(spans, np.float64).reshape(-1, 2).T
        figure.add_scatter(
            x=list(days),
            y=shown,
            error_y={
                "visible": place == 0,
                "type": "data",
                "symmetric": False,
                "array": np.nan_to_num(high - shown).tolist(),
                "arrayminus": np.nan_to_num(shown - low).tolist(),
                "thickness": 1,
                "width": 2,
            },
            name=name,
            mode="lines+markers",
            connectgaps=False,
            opacity=1.0 if place == 0 else 0.75,
            line={
                "color": STRESS_COLOR if place == 0 else "#7F7F7F",
                "dash": _DASHES[place % len(_DASHES)],
                "width": 2.5 if place == 0 else 1.5,
            },
            hovertemplate=_share("%{y:.0f}"),
        )
    layout(figure, height=340, hovermode="x unified")
    figure.update_yaxes(title=tr("stress ratio (%)"), rangemode="tozero")
    figure.update_xaxes(tickformat=tr(_DAY_FORM))
    return figure


def bands_figure(bands: ArrayLike) -> go.Figure:
    """Shares of people's days by the band of their stress ratio, (5,) in tenths."""
    values = 100 * np.asarray(bands, np.float64)
    figure = go.Figure(
        go.Bar(
            x=[tr(band) for band in BANDS],
            y=values,
            marker_color=STRESS_COLOR,
            text=[_share(number(value)) for value in values],
            hovertemplate=f"%{{x}}: {_share('%{y:.0f}')}<extra></extra>",
        )
    )
    layout(figure, height=260, showlegend=False)
    figure.update_yaxes(title=tr("share of days (%)"), range=[0, 100])
    figure.update_xaxes(title=tr("stress ratio of a person's day"))
    return figure


def mixes_figure(days: Sequence[Any], mixes: ArrayLike) -> go.Figure:
    """The seven mean probabilities by day, stacked; (D, 7), NaN where nothing may be shown."""
    rows = 100 * np.asarray(mixes, np.float64).reshape(-1, len(EMOTIONS))
    figure = go.Figure()
    for column, name in enumerate(EMOTIONS):
        figure.add_bar(
            x=list(days),
            y=rows[:, column],
            name=emotion(name),
            marker_color=COLORS[name],
            hovertemplate=_share("%{y:.0f}"),
        )
    layout(figure, height=300, barmode="stack", hovermode="x unified")
    figure.update_yaxes(title=tr("share (%)"), range=[0, 100])
    figure.update_xaxes(tickformat=tr(_DAY_FORM))
    return figure
