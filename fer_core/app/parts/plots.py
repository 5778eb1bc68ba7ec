"""Plotly charts as every page shows them: described, with their numbers behind them."""

from typing import Any

import plotly.graph_objects as go
import streamlit as st

from fer_core.app.language.spoken import tr
from fer_core.app.parts.blocks import chart_config
from fer_core.app.parts.plot_table import table_of

#: There for a screen reader, and takes no room on the page.
_BEHIND = (
    "position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap"
)


def show_plot(
    figure: go.Figure,
    *,
    key: str,
    alt: str,
    name: str = "",
    image_format: str = "png",
    **options: Any,
) -> Any:
    """Draw a figure, and a table of its numbers that only screen readers meet.

    Args:
        figure: what to draw.
        key: of the chart.
        alt: what it shows, in a sentence.
        name: of the file that the chart's camera saves; without one it has no buttons.
        image_format: of that file, ``png`` or ``svg``.
        options: as ``st.plotly_chart`` takes them.
    """
    with st.container(gap=None):
        shown = st.plotly_chart(
            figure, key=key, alt=alt, config=chart_config(name, image_format), **options
        )
        if table := table_of(figure, alt, series=tr("series"), value=tr("value")):
            st.html(f'<div style="{_BEHIND}">{table}</div>')
    return shown
