"""Valence over time and the path on the circumplex of one person of a video."""

import numpy as np
import plotly.graph_objects as go
import streamlit as st
from numpy.typing import NDArray

from fer_core.affect import PLACES, circumplex_of, valence_of
from fer_core.app.language.emotions import emotion
from fer_core.app.language.spoken import tr
from fer_core.app.parts.blocks import layout
from fer_core.app.parts.plots import show_plot
from fer_core.labels import COLORS

Array = NDArray[np.float64]


def show_affect(times: Array, probs: Array, key: str) -> None:
    """Draw both, folded away.

    Args:
        times: (T,) seconds.
        probs: (T, 7) mean probabilities of each step.
        key: of this person.
    """
    if not len(times):
        return
    with st.expander(tr("Valence and circumplex"), icon=":material/explore:"):
        left, right = st.columns(2)
        with left:
            show_plot(
                circumplex_figure(times, probs),
                key=f"circumplex-{key}",
                alt=tr("The path of the expression over pleasure and arousal"),
            )
        with right:
            show_plot(
                valence_figure(times, probs),
                key=f"valence-{key}",
                alt=tr("Valence and arousal over the video"),
            )
        st.caption(
            tr(
                "Valence: happy minus the strongest of angry, disgust, fear and sad. Circumplex: "
                "the places at which people rated the words (Russell and Mehrabian 1977), weighted "
                "by the probabilities. Both say where the displayed expression lies, not what a "
                "person feels."
            )
        )


def circumplex_figure(times: Array, probs: Array) -> go.Figure:
    """Pleasure against arousal, a line through time, its points from dark (early) to light."""
    places = circumplex_of(probs)
    figure = go.Figure()
    for name, (x, y) in PLACES.items():
        figure.add_scatter(
            x=[x],
            y=[y],
            mode="markers+text",
            text=[emotion(name)],
            textposition="bottom center" if y < 0 or name == "neutral" else "top center",
            marker={"color": COLORS[name], "size": 11, "symbol": "diamond"},
            hovertemplate=f"{emotion(name)}<extra></extra>",
            showlegend=False,
        )
    figure.add_scatter(
        x=places[:, 0],
        y=places[:, 1],
        mode="lines+markers",
        line={"color": "#7F7F7F", "width": 1},
        marker={
            "color": times,
            "colorscale": "Viridis",
            "size": 7,
            "colorbar": {"title": {"text": "s"}, "thickness": 10},
        },
        customdata=times,
        hovertemplate=tr("{s} s: pleasure {pleasure}, arousal {arousal}").format(
            s="%{customdata:.1f}", pleasure="%{x:.2f}", arousal="%{y:.2f}"
        )
        + "<extra></extra>",
        showlegend=False,
    )
    figure.add_shape(
        type="circle",
        x0=-1,
        y0=-1,
        x1=1,
        y1=1,
        line={"color": "#7F7F7F", "width": 1, "dash": "dot"},
    )
    layout(figure, height=380, title=tr("Path on the circumplex"))
    figure.update_xaxes(range=[-1.1, 1.1], fixedrange=True, title=tr("pleasure"), zeroline=True)
    figure.update_yaxes(
        range=[-1.1, 1.1], fixedrange=True, title=tr("arousal"), zeroline=True, scaleanchor="x"
    )
    return figure


def valence_figure(times: Array, probs: Array) -> go.Figure:
    """Valence and arousal over time."""
    figure = go.Figure()
    for name, values, color, dash in (
        (tr("valence"), valence_of(probs), COLORS["happy"], "solid"),
        (tr("arousal"), circumplex_of(probs)[:, 1], COLORS["surprise"], "dash"),
    ):
        figure.add_scatter(
            x=times,
            y=values,
            name=name,
            mode="lines+markers" if len(times) < 60 else "lines",
            line={"color": color, "dash": dash, "width": 2},
            hovertemplate=f"%{{x:.1f}} s: {name} %{{y:.2f}}<extra></extra>",
        )
    layout(figure, height=380, title=tr("Valence and arousal"))
    figure.update_xaxes(fixedrange=True, title="s")
    figure.update_yaxes(range=[-1.05, 1.05], fixedrange=True, title=tr("-1 to 1"), zeroline=True)
    return figure
