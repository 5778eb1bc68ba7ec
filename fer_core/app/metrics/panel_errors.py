"""What is taken for what: confusion matrix, per-class table, ROC and precision-recall curves."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from fer_core.app.language.emotions import emotion
from fer_core.app.language.spoken import number, tr
from fer_core.app.metrics.view import View
from fer_core.app.parts.blocks import (
    Block,
    Chart,
    Styling,
    Table,
    Text,
    emotion_line,
    layout,
    with_english_file,
)
from fer_core.app.parts.words import interval, percent
from fer_core.evaluation.analysis import Scoring
from fer_core.evaluation.claims import TableRow
from fer_core.evaluation.curves import Curve
from fer_core.labels import COLORS
from fer_core.text import mark

#: An invisible marker over each cell: a heatmap itself sends no selection to Streamlit.
_TARGET = {"size": 34, "symbol": "square", "opacity": 0.0, "color": "#000000"}


def cell_words(scoring: Scoring, true: int, answered: int) -> str:
    """A cell of the confusion matrix in a sentence."""
    names, count = scoring.classes, int(scoring.confusion[true, answered])
    total = int(scoring.confusion[true].sum())
    if true == answered:
        words = (
            tr("{n} of {all} {true} faces ({share}) rightly read as {answered}")
            if total
            else tr("{n} of {all} {true} faces rightly read as {answered}")
        )
    elif total:
        words = tr("{n} of {all} {true} faces ({share}) taken for {answered}")
    else:
        words = tr("{n} of {all} {true} faces taken for {answered}")
    return words.format(
        n=number(count, grouped=True),
        all=number(total, grouped=True),
        share=percent(count / total) if total else "",
        true=emotion(names[true]),
        answered=emotion(names[answered]),
    )


def make_confusion_figure(
    scoring: Scoring, *, normalized: bool, styling: Styling, chosen: tuple[int, int] | None = None
) -> go.Figure:
    """Heatmap with counts or shares of the row; point i of its markers is cell (i // C, i % C)."""
    names, counts = [emotion(name) for name in scoring.classes], scoring.confusion
    rows = counts.sum(axis=1, keepdims=True)
    shares = np.divide(counts, rows, out=np.zeros(counts.shape), where=rows > 0)
    text = [
        [f"{v * 100:.0f}" if normalized else f"{c}" for v, c in zip(*pair, strict=True)]
        for pair in zip(shares, counts, strict=True)
    ]
    figure = go.Figure(
        go.Heatmap(
            z=shares * 100,
            x=names,
            y=names,
            zmin=0,
            zmax=100,
            colorscale=[[0, styling.background], [1, "#0072B2"]],
            showscale=False,
            text=text,
            texttemplate="%{text}",
            hoverinfo="skip",
            xgap=2,
            ygap=2,
        )
    )
    size = len(names)
    figure.add_scatter(
        x=names * size,
        y=[name for name in names for _ in names],
        mode="markers",
        marker=_TARGET,
        selected={"marker": {"opacity": 0.0}},
        unselected={"marker": {"opacity": 0.0}},
        hovertext=[cell_words(scoring, i // size, i % size) for i in range(size * size)],
        hoverinfo="text",
        showlegend=False,
    )
    if chosen is not None:
        true, answered = chosen
        figure.add_shape(
            type="rect",
            x0=answered - 0.5,
            x1=answered + 0.5,
            y0=true - 0.5,
            y1=true + 0.5,
            line={"color": styling.ink, "width": 3},
        )
    title = tr("Confusion matrix, % of the row") if normalized else tr("Confusion matrix, images")
    # So high that title, figures, tabs and matrix fit a laptop's window together.
    layout(figure, height=340, title=title, clickmode="event+select")
    figure.update_xaxes(
        title=tr("answered"), range=[-0.5, size - 0.5], fixedrange=True, showgrid=False, ticks=""
    )
    figure.update_yaxes(
        title=tr("labelled"), range=[size - 0.5, -0.5], fixedrange=True, showgrid=False, ticks=""
    )
    return figure


def make_confusion(view: View, styling: Styling, *, normalized: bool = True) -> list[Block]:
    """The matrix as chart and table, and the commonest mistake in words."""
    scoring = view.scoring
    figure = make_confusion_figure(scoring, normalized=normalized, styling=styling)
    return [
        Chart(figure, "confusion", worst_words(scoring)),
        Text(worst_words(scoring), "small"),
        make_confusion_table(scoring),
    ]


def worst_words(scoring: Scoring) -> str:
    """The commonest mistake, by its share of the row."""
    counts = scoring.confusion
    rows = counts.sum(axis=1, keepdims=True)
    shares = np.divide(counts, rows, out=np.zeros(counts.shape), where=rows > 0)
    np.fill_diagonal(shares, 0)
    true, answered = np.unravel_index(int(shares.argmax()), shares.shape)
    words = cell_words(scoring, int(true), int(answered))
    return tr("The likeliest mistake: {words}.").format(words=words)


@with_english_file
def make_confusion_table(scoring: Scoring) -> Table:
    """Counts, rows true, columns answered."""
    names = [emotion(name) for name in scoring.classes]
    frame = pd.DataFrame(scoring.confusion, columns=names)
    frame.insert(0, tr("labelled"), names)
    return Table(frame, "confusion")


_COLUMNS = ("precision", "recall", "specificity", "f1", "accuracy")
_TITLES = {
    "precision": mark("precision (%)"),
    "recall": mark("recall / sensitivity (%)"),
    "specificity": mark("specificity (%)"),
    "f1": mark("F1 (%)"),
    "accuracy": mark("accuracy (%)"),
}


@with_english_file
def make_class_table(scoring: Scoring) -> Table:
    """The columns of the third published system's table, and the interval of the recall."""
    rows = []
    for i, (name, figures) in enumerate(zip(scoring.classes, scoring.per_class, strict=True)):
        row: dict[str, object] = {tr("class"): emotion(name), tr("images"): figures.support}
        for column in _COLUMNS:
            row[tr(_TITLES[column])] = getattr(figures, column) * 100
        recall = scoring.recall_ci95(i)
        row[tr("recall, 95 %")] = "" if recall is None else interval(recall.low, recall.high)
        rows.append(row)
    titles = [tr(_TITLES[column]) for column in _COLUMNS]
    return Table(pd.DataFrame(rows), "classes", dict.fromkeys(titles, "%.1f"))


@with_english_file
def make_published_class_table(rows: tuple[TableRow, ...]) -> Table:
    """A published table with the same columns."""
    frame = pd.DataFrame(
        [
            {tr("class"): emotion(row.emotion)}
            | {tr(_TITLES[c]): getattr(row, c) * 100 for c in _COLUMNS}
            for row in rows
        ]
    )
    titles = [tr(_TITLES[column]) for column in _COLUMNS]
    return Table(frame, "published-classes", dict.fromkeys(titles, "%.1f"))


def make_classes(view: View, styling: Styling) -> list[Block]:
    """Per-class table, and the recalls beside those of the field's usual model."""
    blocks: list[Block] = [make_class_table(view.scoring)]
    blocks.append(
        Text(
            tr(
                "Each class against the rest. 'Accuracy' also counts the images of the other "
                "classes that were rightly not called so, and flatters for that reason."
            ),
            "small",
        )
    )
    return [*blocks, *_make_usual(view, styling)]


def _make_usual(view: View, styling: Styling) -> list[Block]:
    """Recall per class of every chosen model, with the field's usual model where it is known."""
    figure = go.Figure()
    usual = [
        e
        for e in view.everything
        if e.spec is not None and e.spec.architecture == "mini_xception" and view.key in e.scored
    ]
    for entry in view.scored:
        scoring = view.scorings[entry.name]
        recalls = [scoring.recall_ci95(i) for i in range(len(scoring.classes))]
        known = [(n, r) for n, r in zip(scoring.classes, recalls, strict=True) if r is not None]
        one = len(view.scored) == 1
        figure.add_bar(
            x=[emotion(name) for name, _ in known],
            y=[r.value * 100 for _, r in known],
            name=entry.name,
            marker_color=[COLORS[n] for n, _ in known] if one else view.color(entry),
            error_y={
                "type": "data",
                "symmetric": False,
                "color": styling.ink,
                "thickness": 1.5,
                "array": [(r.high - r.value) * 100 for _, r in known],
                "arrayminus": [(r.value - r.low) * 100 for _, r in known],
            },
            hovertemplate="%{x}: %{y:.1f} %",
        )
    ranges = () if view.published is None else view.published.usual_recalls
    if view.key == "fer2013_private_test" and ranges:
        figure.add_scatter(
            x=[emotion(r.emotion) for r in ranges],
            y=[(r.low + r.high) * 50 for r in ranges],
            error_y={
                "type": "data",
                "array": [(r.high - r.low) * 50 for r in ranges],
                "thickness": 4,
                "width": 10,
                "color": styling.ink,
            },
            mode="markers",
            marker={"symbol": "diamond", "size": 9, "color": styling.ink},
            name=tr("what the field ships, range"),
            hovertext=[f"{emotion(r.emotion)}: {interval(r.low, r.high)} %" for r in ranges],
            hoverinfo="text",
        )
    layout(figure, title=tr("Recall by class, with 95 % intervals"), barmode="group")
    figure.update_yaxes(title=tr("recall (%)"), range=[0, 100])
    alt = tr("Recall of each class, with intervals.")
    blocks: list[Block] = [Chart(figure, "recall", alt)]
    if usual and usual[0].name not in view.scorings:
        text = tr("Add {model}, the field's usual network, to the models above to compare.").format(
            model=usual[0].name
        )
        blocks.append(Text(text, "small"))
    elif not usual:
        text = tr(
            "The field's usual network (mini_xception) has not been trained and scored here; the "
            "ranges with a diamond, for fear and sad on PrivateTest, are those of what is in use."
        )
        blocks.append(Text(text, "small"))
    return blocks


def make_thresholds(view: View) -> list[Block]:
    """ROC and precision-recall curves, one class against the rest."""
    scoring = view.scoring
    roc = _curve_figure(scoring, scoring.roc, tr("ROC, each class against the rest"), "AUC")
    roc.add_scatter(
        x=[0, 100],
        y=[0, 100],
        mode="lines",
        name=tr("chance"),
        hoverinfo="skip",
        line={"color": "#7F7F7F", "dash": "dot", "width": 1},
    )
    roc.update_xaxes(title=tr("false positives (% of the others)"))
    roc.update_yaxes(title=tr("true positives (% of the class)"))
    pr = _curve_figure(scoring, scoring.precision_recall, tr("Precision and recall"), "AP")
    pr.update_xaxes(title=tr("recall (%)"))
    pr.update_yaxes(title=tr("precision (%)"))
    return [
        Chart(pr, "precision-recall", tr("Precision over recall of each class.")),
        Chart(roc, "roc", tr("True over false positives of each class.")),
        _threshold_table(scoring),
    ]


@with_english_file
def _threshold_table(scoring: Scoring) -> Table:
    area, average = mark("ROC AUC"), tr("average precision")
    share = tr("share of the set (%)")
    frame = pd.DataFrame(
        {
            tr("class"): [emotion(name) for name in scoring.classes],
            area: [curve.area for curve in scoring.roc],
            average: [curve.area for curve in scoring.precision_recall],
            share: [f.support / scoring.n * 100 for f in scoring.per_class],
        }
    )
    return Table(frame, "thresholds", {area: "%.3f", average: "%.3f", share: "%.1f"})


def _curve_figure(scoring: Scoring, curves: tuple[Curve, ...], title: str, area: str) -> go.Figure:
    figure = go.Figure()
    for i, (name, curve) in enumerate(zip(scoring.classes, curves, strict=True)):
        if len(curve.x):
            figure.add_scatter(
                x=np.round(curve.x * 100, 2),
                y=np.round(curve.y * 100, 2),
                mode="lines",
                name=f"{emotion(name)}, {area} {number(curve.area, 2)}",
                line=emotion_line(name, i),
                hovertemplate="%{x:.0f}, %{y:.0f}",
            )
    layout(figure, title=title, height=440)
    figure.update_xaxes(range=[0, 100])
    figure.update_yaxes(range=[0, 101])
    return figure
