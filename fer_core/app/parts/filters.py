"""The choice of what steadies a face over time, with what was measured of each."""

import streamlit as st

from fer_core.app.language.spoken import number, percent, spoken, tr
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
        tr("Filter over time"),
        names,
        index=names.index(chosen) if chosen in names else 0,
        format_func=lambda name: tr(FILTERS[name]),
        help=tr("How a face's expression is kept from flickering, and how fast it follows."),
    )
    if head is None:
        st.caption(tr("This model has no recurrent network of its own."))
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
        f"{_in_sentence(tr(FILTERS[name]))} {percent(values['accuracy'])}{_steadiness(values)}"
        for name, values in figures.items()
        if name in FILTERS
    ]
    return tr(
        "Frames told right: {filters}. Measured on generated sequences: still faces of different "
        "people, blended from one expression to the next through neutral."
    ).format(filters=", ".join(parts))


def _in_sentence(name: str) -> str:
    """A name within a sentence; German nouns keep their capital."""
    return name if spoken().code == "de" else name[0].lower() + name[1:]


def _steadiness(values: dict[str, float]) -> str:
    """How often the label changes for each true change, and how late; empty where not measured."""
    if "label_changes" not in values:
        return ""
    return " " + tr("({changes} label changes for each true one, {delay} s late)").format(
        changes=number(values["label_changes"], 2), delay=number(values["delay_s"], 2)
    )
