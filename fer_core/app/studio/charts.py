"""Figures of a set: balance, quality, and who is taken for whom."""

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from fer_core.app.language.emotions import emotion
from fer_core.app.language.spoken import percent, tr
from fer_core.app.parts.blocks import Styling, layout
from fer_core.app.training.charts import make_confusion
from fer_core.labels import COLORS, EMOTIONS
from fer_core.studio import FaceRow


def balance_figure(rows: Sequence[FaceRow]) -> go.Figure:
    """Faces of each expression, one stacked bar per participant."""
    people = sorted({row.participant for row in rows})
    figure = go.Figure()
    for name in EMOTIONS:
        counts = [
            sum(r.participant == person and r.emotion == name for r in rows) for person in people
        ]
        figure.add_bar(
            x=people,
            y=counts,
            name=emotion(name),
            marker_color=COLORS[name],
            text=[str(count) if count else "" for count in counts],
            hovertemplate=f"%{{x}}: %{{y}} {emotion(name)}<extra></extra>",
        )
    layout(figure, height=340, title=tr("Balance"), barmode="stack")
    figure.update_xaxes(type="category", fixedrange=True)
    figure.update_yaxes(title=tr("faces"), fixedrange=True, rangemode="tozero")
    return figure


def quality_figure(rows: Sequence[FaceRow]) -> go.Figure:
    """Quality of the faces of each expression: every face a point, its spread a box."""
    figure = go.Figure()
    for name in EMOTIONS:
        values = [row.quality for row in rows if row.emotion == name]
        if values:
            figure.add_box(
                y=values,
                name=emotion(name),
                marker={"color": COLORS[name], "size": 4},
                boxpoints="all",
                jitter=0.4,
                pointpos=0,
                showlegend=False,
                hovertemplate="%{y:.2f}<extra></extra>",
            )
    layout(figure, height=340, title=tr("Quality (light, distance, pose)"))
    figure.update_xaxes(fixedrange=True)
    figure.update_yaxes(range=[0, 1.05], fixedrange=True, title=tr("0 bad to 1 good"))
    return figure


def splits_figure(splits: Sequence[dict[str, Any]], styling: Styling) -> go.Figure:
    """What each way of splitting would report, with its range; the leaky one is hatched."""
    rows = [row for row in splits if not row["problem"]]
    figure = go.Figure(
        go.Bar(
            x=[f"{tr(row['title'])}<br>{percent(row['after'])}" for row in rows],
            y=[row["after"] * 100 for row in rows],
            marker={
                "color": "#0072B2",
                "pattern_shape": ["/" if row["warning"] else "" for row in rows],
            },
            error_y={
                "array": [(row["high"] - row["after"]) * 100 for row in rows],
                "arrayminus": [(row["after"] - row["low"]) * 100 for row in rows],
                "color": styling.ink,
            },
            hovertemplate="%{x}<extra></extra>",
        )
    )
    layout(figure, height=320, title=tr("What each split would report"))
    figure.update_yaxes(title=tr("accuracy (%)"), range=[0, 100], fixedrange=True)
    figure.update_xaxes(fixedrange=True)
    return figure


def confusion_figure(
    labels: Sequence[str], counts: Sequence[Sequence[int]], styling: Styling, who: str
) -> go.Figure:
    """Rows shown, columns read, for the held-out faces of ``who``."""
    figure = make_confusion(labels, counts, styling)
    figure.update_layout(title=tr("Who is taken for whom: {who}, held out").format(who=who))
    return figure
