"""The numbers of a figure as an HTML table, for those who do not see it. No Streamlit here."""

import html
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any, Final

import numpy as np
import plotly.graph_objects as go

#: Longer series are thinned: nobody listens to a thousand rows.
MAX_POINTS: Final = 40


def table_of(
    figure: go.Figure, caption: str, *, series: str = "series", value: str = "value"
) -> str:
    """One row per bar, point or row of cells; empty where the figure holds no numbers.

    Args:
        figure: of bars, lines, points or a heatmap; what only guides the eye is left out.
        caption: what the figure shows.
        series, value: heads of columns without a name of their own.
    """
    heads: list[str] = []
    rows: list[list[str]] = []
    for trace in figure.data:
        if trace.type == "heatmap":
            heads = ["", *(_text(x) for x in trace.x)]
            cells = trace.z if trace.text is None else trace.text
            rows += [
                [_text(y), *(_text(cell) for cell in line)]
                for y, line in zip(trace.y, cells, strict=True)
            ]
        elif not _is_guide(trace):
            names = figure.layout.xaxis.title.text or "", figure.layout.yaxis.title.text or value
            heads = heads or [series, *names]
            rows += [[str(trace.name or ""), x, y] for x, y in _points(trace)]
    if not rows:
        return ""
    head = "".join(f'<th scope="col">{html.escape(name)}</th>' for name in heads)
    body = "".join(
        f"<tr>{''.join(f'<td>{html.escape(cell)}</td>' for cell in row)}</tr>" for row in rows
    )
    return (
        f"<table><caption>{html.escape(caption)}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table>"
    )


def _is_guide(trace: Any) -> bool:
    """Whether a trace is no data: lines of chance, bands, invisible targets of clicks."""
    marker = getattr(trace, "marker", None)
    is_invisible = marker is not None and marker.opacity == 0
    is_band = getattr(trace, "fill", None) in ("toself", "tonexty") and trace.hoverinfo == "skip"
    return is_invisible or is_band or trace.hoverinfo == "skip" or trace.x is None


def _points(trace: Any) -> Iterator[tuple[str, str]]:
    x, y = list(trace.x), list(trace.y)
    places: Sequence[int] = range(len(x))
    if len(x) > MAX_POINTS:
        places = np.unique(np.linspace(0, len(x) - 1, MAX_POINTS).round().astype(int)).tolist()
    for place in places:
        if (value := _text(y[place])) and (at := _text(x[place])):
            yield at, value


def _text(value: Any) -> str:
    """A value as it is read; empty for none."""
    if value is None:
        return ""
    if isinstance(value, (datetime, date)):
        return value.isoformat(sep=" ") if isinstance(value, datetime) else value.isoformat()
    if isinstance(value, (int, float, np.number)):
        number = float(value)
        return f"{number:.4g}" if np.isfinite(number) else ""
    return str(value)
