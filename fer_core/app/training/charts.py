"""Charts of a run: loss and accuracy by epoch, and who is taken for whom."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import plotly.graph_objects as go

from fer_core.app.language.emotions import emotion
from fer_core.app.language.spoken import tr
from fer_core.app.parts.blocks import Styling, layout, line_style
from fer_core.text import mark

#: What a run's history has, as titles of charts.
QUANTITIES: Final = {"accuracy": mark("Accuracy"), "loss": mark("Loss")}
_ON_VALIDATION: Final = {
    "accuracy": mark("Validation accuracy"),
    "loss": mark("Validation loss"),
}
#: And as titles of axes.
_UNITS: Final = {"accuracy": mark("accuracy (%)"), "loss": mark("loss (nats)")}

#: Beside every figure of a leaky split, in the colour of a warning.
LEAKY_ICON = ":material/warning:"

#: Okabe and Ito's blue and vermilion; training is dotted too, so that colour is not all.
_VALIDATION = {"color": "#0072B2", "width": 2.5}
_TRAINING = {"color": "#D55E00", "width": 2, "dash": "dot"}


def make_curves(
    rows: Sequence[dict[str, float]], quantity: str, *, best_epoch: float | None
) -> go.Figure:
    """``loss`` or ``accuracy`` of training and validation by epoch; the kept one has a star."""
    scale = 100.0 if quantity == "accuracy" else 1.0
    figure = go.Figure()
    for column, name, line in (
        (quantity, tr("training"), _TRAINING),
        (f"val_{quantity}", tr("validation"), _VALIDATION),
    ):
        known = [row for row in rows if column in row]
        figure.add_scatter(
            x=[row["epoch"] for row in known],
            y=[row[column] * scale for row in known],
            name=name,
            line=line,
            mode="lines+markers" if len(known) < 12 else "lines",
            hovertemplate="%{y:.1f} %" if quantity == "accuracy" else "%{y:.3f}",
        )
    kept = [r for r in rows if r["epoch"] == best_epoch and f"val_{quantity}" in r]
    if kept:
        figure.add_scatter(
            x=[kept[0]["epoch"]],
            y=[kept[0][f"val_{quantity}"] * scale],
            name=tr("kept"),
            mode="markers",
            marker={"symbol": "star", "size": 14, "color": _VALIDATION["color"]},
            hovertemplate=tr("epoch kept"),
        )
    layout(figure, height=330, title=tr(QUANTITIES[quantity]), hovermode="x unified")
    figure.update_layout(legend_y=-0.3)  # below the axis's title
    figure.update_xaxes(title=tr("epoch"), dtick=1 if len(rows) < 12 else None)
    figure.update_yaxes(title=tr(_UNITS[quantity]))
    return figure


def make_comparison(
    runs: Mapping[str, Sequence[dict[str, float]]], places: Mapping[str, int], quantity: str
) -> go.Figure:
    """``accuracy`` or ``loss`` on validation of several runs by epoch.

    Args:
        runs: rows by name.
        places: of the runs among all that there are: one keeps its colour and dash, whichever
            others are shown.
        quantity: what is drawn.
    """
    is_share = quantity == "accuracy"
    figure = go.Figure()
    most = 0
    for name, rows in runs.items():
        known = [row for row in rows if f"val_{quantity}" in row]
        most = max(most, len(known))
        figure.add_scatter(
            x=[row["epoch"] for row in known],
            y=[row[f"val_{quantity}"] * (100 if is_share else 1) for row in known],
            name=name,
            mode="lines+markers" if len(known) < 12 else "lines",
            line=line_style(places[name]),
            hovertemplate="%{y:.1f} %" if is_share else "%{y:.3f}",
        )
    layout(figure, height=330, title=tr(_ON_VALIDATION[quantity]), hovermode="x unified")
    figure.update_layout(showlegend=True, legend_y=-0.3)
    figure.update_xaxes(title=tr("epoch"), dtick=1 if most < 12 else None)
    figure.update_yaxes(title=tr(_UNITS[quantity]))
    return figure


def make_confusion(
    labels: Sequence[str], counts: Sequence[Sequence[int]], styling: Styling
) -> go.Figure:
    """Rows true, columns predicted; the colour is the share of the row, the text the count."""
    table = np.asarray(counts, np.int64)
    rows = table.sum(axis=1, keepdims=True)
    names = [emotion(label) for label in labels]
    shares = np.divide(table, rows, out=np.zeros(table.shape), where=rows > 0)
    figure = go.Figure(
        go.Heatmap(
            z=shares * 100,
            x=names,
            y=names,
            zmin=0,
            zmax=100,
            colorscale=[[0, styling.background], [1, _VALIDATION["color"]]],
            showscale=False,
            text=table,
            texttemplate="%{text}",
            hovertemplate=tr("{n} × {label}, read as {read} ({share} % of {label})").format(
                n="%{text}", label="%{y}", read="%{x}", share="%{z:.0f}"
            )
            + "<extra></extra>",
            xgap=2,
            ygap=2,
        )
    )
    layout(figure, height=380, title=tr("Who is taken for whom, on validation"))
    figure.update_xaxes(title=tr("read as"), fixedrange=True)
    figure.update_yaxes(title=tr("label"), autorange="reversed", fixedrange=True)
    return figure


def valid_confusion(value: object) -> tuple[list[str], list[list[int]], int] | None:
    """Labels, counts and epoch of a ``confusion.json``; None where it says nothing usable."""
    if not isinstance(value, dict):
        return None
    labels, last = value.get("labels"), value.get("last")
    if not isinstance(labels, list) or not isinstance(last, dict):
        return None
    counts, epoch = last.get("counts"), last.get("epoch")
    is_square = isinstance(counts, list) and all(
        isinstance(row, list)
        and len(row) == len(labels)
        and all(isinstance(cell, int) for cell in row)
        for row in counts
    )
    if not is_square or not isinstance(counts, list) or not isinstance(epoch, int):
        return None
    return ([str(name) for name in labels], counts, epoch) if len(counts) == len(labels) else None
