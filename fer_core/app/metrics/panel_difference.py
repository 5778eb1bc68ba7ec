"""How two models differ, cell by cell of their confusion matrices."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from numpy.typing import NDArray

from fer_core.app.language.emotions import emotion
from fer_core.app.language.spoken import number, tr
from fer_core.app.metrics.view import View
from fer_core.app.parts.blocks import (
    Block,
    Chart,
    Styling,
    Table,
    Text,
    layout,
    with_english_file,
)
from fer_core.evaluation.analysis import Scoring
from fer_core.evaluation.catalog import Entry


def other_of(view: View) -> Entry | None:
    """The chosen model that ``focus`` is compared with: the first that answers in its classes."""
    if view.focus is None:
        return None
    classes = view.scoring.classes
    return next(
        (
            entry
            for entry in view.scored
            if entry.name != view.focus.name and view.scorings[entry.name].classes == classes
        ),
        None,
    )


def differences(first: Scoring, second: Scoring) -> NDArray[np.float64]:
    """(C, C) percentage points of the row that the first answers more often than the second."""
    return 100 * (_shares(first) - _shares(second))


def _shares(scoring: Scoring) -> NDArray[np.float64]:
    counts = scoring.confusion
    rows = counts.sum(axis=1, keepdims=True)
    shares = np.divide(counts, rows, out=np.zeros(counts.shape), where=rows > 0)
    return np.asarray(shares, np.float64)


def make_difference_figure(view: View, other: Entry, styling: Styling) -> go.Figure:
    """Heatmap of the differences, each with its sign."""
    names = [emotion(name) for name in view.scoring.classes]
    points = differences(view.scoring, view.scorings[other.name])
    most = max(float(np.abs(points).max()), 1.0)
    hover = tr("labelled %{y}, answered %{x}: %{z:+.1f} points")
    figure = go.Figure(
        go.Heatmap(
            z=points,
            x=names,
            y=names,
            zmin=-most,
            zmax=most,
            colorscale=[[0, "#D55E00"], [0.5, styling.background], [1, "#0072B2"]],
            showscale=False,
            text=[
                [f"{value:+.0f}".replace("+0", "0").replace("-0", "0") for value in row]
                for row in points
            ],
            texttemplate="%{text}",
            hovertemplate=f"{hover}<extra></extra>",
            xgap=2,
            ygap=2,
        )
    )
    words = tr("{first} minus {second}, points of the row")
    title = words.format(first=_name(view), second=other.name)
    layout(figure, height=340, title=title)
    figure.update_xaxes(title=tr("answered"), fixedrange=True, showgrid=False, ticks="")
    figure.update_yaxes(
        title=tr("labelled"), autorange="reversed", fixedrange=True, showgrid=False, ticks=""
    )
    return figure


def difference_words(view: View, other: Entry) -> str:
    """What the colours mean, and the largest difference."""
    points = differences(view.scoring, view.scorings[other.name])
    true, answered = np.unravel_index(int(np.abs(points).argmax()), points.shape)
    names = view.scoring.classes
    words = (
        tr(
            "Blue: {name} answers so more often than {other}, orange: less often. On the diagonal "
            "more is better, elsewhere less is. Largest: {name} reads {true} faces as {answered} "
            "{n} points more often."
        )
        if points[true, answered] > 0
        else tr(
            "Blue: {name} answers so more often than {other}, orange: less often. On the diagonal "
            "more is better, elsewhere less is. Largest: {name} reads {true} faces as {answered} "
            "{n} points less often."
        )
    )
    return words.format(
        name=_name(view),
        other=other.name,
        true=emotion(names[true]),
        answered=emotion(names[answered]),
        n=number(abs(points[true, answered]), 1),
    )


def make_difference(view: View, styling: Styling) -> list[Block]:
    """Chart, words and table; nothing where there is no second model to compare with."""
    other = other_of(view)
    if other is None:
        return []
    words = difference_words(view, other)
    figure = make_difference_figure(view, other, styling)
    return [
        Chart(figure, "difference", words),
        Text(words, "small"),
        make_difference_table(view, other),
    ]


@with_english_file
def make_difference_table(view: View, other: Entry) -> Table:
    """Points of the row, rows labelled, columns answered."""
    names = [emotion(name) for name in view.scoring.classes]
    frame = pd.DataFrame(differences(view.scoring, view.scorings[other.name]), columns=names)
    frame.insert(0, tr("labelled"), names)
    return Table(frame, "difference", dict.fromkeys(names, "%+.1f"))


def _name(view: View) -> str:
    assert view.focus is not None
    return view.focus.name
