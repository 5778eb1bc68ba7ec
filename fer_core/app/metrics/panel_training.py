"""Training curves: loss and accuracy, training and validation, the kept epoch marked."""

import math

import pandas as pd
import plotly.graph_objects as go

from fer_core.app.metrics.view import View
from fer_core.app.parts.blocks import Block, Chart, Table, Text, layout, line_style, listing
from fer_core.evaluation.catalog import Entry

#: (title, training column, validation column, axis)
_CURVES = (
    ("Loss", "loss", "val_loss", "loss"),
    ("Accuracy", "accuracy", "val_accuracy", "accuracy (%)"),
)


def make_training(view: View) -> list[Block]:
    """Curves of every chosen model and run that has a history."""
    shown = [entry for entry in view.chosen if entry.history is not None]
    blocks: list[Block] = [
        Text(entry.problems["history"], "info")
        for entry in view.chosen
        if "history" in entry.problems
    ]
    if not shown:
        return blocks
    for title, train, val, axis in _CURVES:
        figure = go.Figure()
        for entry in shown:
            _add_curves(figure, entry, view.place(entry), train, val)
        layout(figure, title=title, hovermode="x unified")
        figure.update_xaxes(title="epoch")
        figure.update_yaxes(title=axis)
        names = listing([entry.name for entry in shown])
        blocks.append(
            Chart(figure, f"training-{train}", f"{title} by epoch of {names}, training faint.")
        )
    kept = [f"{e.name}: epoch {e.best_epoch}" for e in shown if e.best_epoch is not None]
    if kept:
        blocks.append(Text("Star: the epoch that was kept. " + "; ".join(kept) + ".", "small"))
    for entry in shown:
        if entry.spec is not None and entry.spec.data.get("leaky"):
            sentence = f"{entry.name} was validated on a leaky split: {entry.spec.data['split']}."
            blocks.append(Text(sentence, "warning"))
    blocks.append(make_history_table(shown))
    return blocks


def _scaled(values: tuple[float, ...], column: str) -> list[float | None]:
    factor = 100 if "accuracy" in column else 1
    return [None if math.isnan(value) else value * factor for value in values]


def _add_curves(figure: go.Figure, entry: Entry, place: int, train: str, val: str) -> None:
    assert entry.history is not None
    columns = entry.history.columns
    style = line_style(place)
    for column, what, opacity in ((train, "training", 0.45), (val, "validation", 1.0)):
        if column in columns:
            dash = "dot" if column == train else "solid"
            figure.add_scatter(
                x=columns["epoch"],
                y=_scaled(columns[column], column),
                mode="lines",
                name=f"{entry.name}, {what}",
                line={**style, "dash": dash},
                opacity=opacity,
                hovertemplate="%{y:.2f}",
            )
    if val in columns and entry.best_epoch in columns["epoch"]:
        at = columns["epoch"].index(entry.best_epoch)
        figure.add_scatter(
            x=[entry.best_epoch],
            y=[_scaled(columns[val], val)[at]],
            mode="markers",
            marker={"symbol": "star", "size": 14, "color": style["color"]},
            name=f"{entry.name}, epoch kept",
            showlegend=False,
            hovertemplate="epoch kept",
        )


def make_history_table(entries: list[Entry]) -> Table:
    """All epochs of all shown models, one row each."""
    frames = []
    for entry in entries:
        assert entry.history is not None
        frame = pd.DataFrame(entry.history.columns)
        frame.insert(0, "model", entry.name)
        frame["epoch"] = frame["epoch"].astype(int)
        frames.append(frame)
    return Table(pd.concat(frames, ignore_index=True), "training-history")
