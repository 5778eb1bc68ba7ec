"""Blocks on the page."""

from collections.abc import Sequence

import streamlit as st

from fer_core.app.language.spoken import tr
from fer_core.app.parts.blocks import Block, Chart, Table, Text
from fer_core.app.parts.plots import show_plot
from fer_core.app.parts.scrolls import show_rows
from fer_core.text import markdown_sentence


def show_blocks(blocks: Sequence[Block], prefix: str, image_format: str) -> None:
    """Draw them one below the other; ``prefix`` keeps their keys apart from other panels'."""
    for index, block in enumerate(blocks):
        key = f"{prefix}-{index}"
        if isinstance(block, Text):
            _show_text(block)
        elif isinstance(block, Table):
            show_table(block, key)
        else:
            show_chart(block, key, image_format)


def _show_text(block: Text) -> None:
    text = markdown_sentence(block.text)
    if block.kind == "heading":
        st.subheader(text, anchor=False)
    elif block.kind == "small":
        st.caption(text)
    elif block.kind == "info":
        st.info(text, icon=":material/info:")
    elif block.kind == "warning":
        st.warning(text, icon=":material/warning:")
    else:
        st.markdown(text)


def show_chart(chart: Chart, key: str, image_format: str) -> None:
    """A figure whose mode bar saves it."""
    show_plot(chart.figure, key=key, alt=chart.alt, name=chart.name, image_format=image_format)


def show_table(table: Table, key: str) -> None:
    """A table that sorts by a click on a column, and its CSV."""
    with st.container(gap="xxsmall"):
        show_rows(table.frame, key=key, formats=table.formats)
        st.download_button(
            "CSV",
            table.csv(),
            f"mien-{table.name}.csv",
            "text/csv",
            key=f"{key}-csv",
            on_click="ignore",
            type="tertiary",
            icon=":material/download:",
            help=tr("Download the table {name}").format(name=table.name),
        )
