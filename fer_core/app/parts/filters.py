"""The choice of what steadies a face over time, with what was measured of each."""

import streamlit as st

from fer_core.app.parts.words import percent
from fer_core.classification import resolve_model_dir
from fer_core.classification.recurrent import HeadSpec, read_head_spec
from fer_core.errors import ModelError
from fer_core.temporal import FILTERS

#: The set of sequences whose faces neither the network nor a filter was trained on.
_SET = "held_out_public"


def choose_filter(model: str, chosen: str) -> str:
    """Draw the choice; the key of ``FILTERS``. Filters the model does not have are left out."""
    head = _head_of(model)
    names = [name for name in FILTERS if name != "recurrent" or head is not None]
    steady: str = st.selectbox(
        "Filter over time",
        names,
        index=names.index(chosen) if chosen in names else 0,
        format_func=FILTERS.__getitem__,
        help="How a face's expression is kept from flickering, and how fast it follows.",
    )
    if head is None:
        st.caption("This model has no recurrent network of its own.")
    elif text := figures_text(head):
        st.caption(text)
    return steady


def _head_of(model: str) -> HeadSpec | None:
    try:
        return read_head_spec(resolve_model_dir(model))
    except ModelError:
        return None


def figures_text(head: HeadSpec) -> str:
    """One sentence of what was measured; empty where nothing was."""
    figures = head.figures.get(_SET)
    if not figures:
        return ""
    parts = [
        f"{FILTERS[name][0].lower()}{FILTERS[name][1:]} {percent(values['accuracy'])}"
        + _steadiness(values)
        for name, values in figures.items()
        if name in FILTERS
    ]
    return (
        f"Frames told right: {', '.join(parts)}. Measured on generated sequences: still faces of "
        "different people, blended from one expression to the next through neutral."
    )


def _steadiness(values: dict[str, float]) -> str:
    """How often the label changes for each true change, and how late; empty where not measured."""
    if "label_changes" not in values:
        return ""
    return (
        f" ({values['label_changes']:.2f} label changes for each true one, "
        f"{values['delay_s']:.2f} s late)"
    )
