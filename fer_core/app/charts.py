"""Charts in the one palette of the emotions; pure functions of arrays to Plotly figures."""

from itertools import pairwise

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike, NDArray

from fer_core.labels import COLORS, EMOTIONS

_ROW_HEIGHT = 0.86  # of the distance between two rows, so that a full row stays apart from the next
_MARGIN = {"l": 4, "r": 8, "t": 4, "b": 4}


def _faded(color: str, alpha: float) -> str:
    red, green, blue = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, {alpha})"


def timeline_figure(
    times_s: ArrayLike, probs: ArrayLike, *, now_s: float, span_s: float = 60.0
) -> go.Figure:
    """Seven rows, one per emotion, each filled up to its probability over the last seconds.

    One row per emotion, named at its side, can be read without telling colours apart.

    Args:
        times_s: (T,) increasing, in seconds; gaps of over 1.5 s break the line.
        probs: (T, 7), columns in the order of ``labels.EMOTIONS``; NaN rows leave a gap.
        now_s: the time that stands at the right edge.
        span_s: how many seconds the chart shows.
    """
    times = np.asarray(times_s, np.float64)
    values = np.asarray(probs, np.float64).reshape(len(times), len(EMOTIONS))
    shown = (times >= now_s - span_s) & np.isfinite(values).all(axis=1)
    times, values = times[shown], values[shown]
    figure = go.Figure()
    for start, stop in _runs(times):
        x = times[start:stop] - now_s
        for column, name in enumerate(EMOTIONS):
            base = float(len(EMOTIONS) - 1 - column)
            y = values[start:stop, column]
            figure.add_scatter(
                x=np.concatenate([x, x[::-1]]),
                y=np.concatenate([base + _ROW_HEIGHT * y, np.full(len(x), base)]),
                mode="lines",
                fill="toself",
                fillcolor=_faded(COLORS[name], 0.75),
                line={"color": COLORS[name], "width": 1},
                hoverinfo="skip",
                showlegend=False,
                name=name,
            )
    rows = [float(len(EMOTIONS) - 1 - column) for column in range(len(EMOTIONS))]
    figure.update_layout(
        height=300,
        margin=_MARGIN,
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        dragmode=False,
        uirevision="timeline",
        xaxis={
            "range": [-span_s, 0],
            "fixedrange": True,
            "ticksuffix": " s",
            "dtick": 10 if span_s <= 90 else None,
            "zeroline": False,
        },
        yaxis={
            "range": [-0.08, len(EMOTIONS) - 0.08],
            "fixedrange": True,
            "tickvals": rows,
            "ticktext": [name.capitalize() for name in EMOTIONS],
            "ticklabelposition": "outside top",
            "zeroline": False,
        },
    )
    return figure


def _runs(times: NDArray[np.float64], gap_s: float = 1.5) -> list[tuple[int, int]]:
    """Index ranges without a gap in time."""
    if len(times) == 0:
        return []
    breaks = np.flatnonzero(np.diff(times) > gap_s) + 1
    edges = [0, *breaks.tolist(), len(times)]
    return list(pairwise(edges))


def shares_figure(shares: ArrayLike) -> go.Figure:
    """Seven bars of mean probability with their percentages.

    Args:
        shares: (7,), 0..1, in the order of ``labels.EMOTIONS``.
    """
    values = [float(v) for v in np.asarray(shares, np.float64)]
    figure = go.Figure(
        go.Bar(
            x=values,
            y=[name.capitalize() for name in EMOTIONS],
            orientation="h",
            marker={"color": [COLORS[name] for name in EMOTIONS]},
            text=[f"{100 * v:.1f} %" for v in values],
            textposition="outside",
            cliponaxis=False,
            hoverinfo="skip",
        )
    )
    figure.update_layout(
        height=280,
        margin={**_MARGIN, "r": 56},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        dragmode=False,
        xaxis={"visible": False, "range": [0, max(0.05, *values)], "fixedrange": True},
        yaxis={"autorange": "reversed", "fixedrange": True},
    )
    return figure
