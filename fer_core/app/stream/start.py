"""The button that starts a stream, and the models that it waits for."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from fer_core.app.language.spoken import told, tr
from fer_core.app.resources import is_warm, warm_example
from fer_core.app.stream.visit import Visit
from fer_core.errors import FerError


def start_button(
    visit: Visit,
    label: str,
    *,
    key: str,
    on_click: Callable[..., None],
    args: tuple[Any, ...] = (),
    is_primary: bool = True,
    is_ready: bool = True,
) -> None:
    """The button that starts a stream; it can be pressed once the models are loaded.

    Args:
        visit: whose stream; tells which models.
        label, key: of the button.
        on_click, args: what starts the stream.
        is_primary: whether it is the page's main button now.
        is_ready: False while something else is to be done first.
    """
    can_start = is_ready and is_warm(visit.model, visit.detector)
    st.button(
        label,
        type="primary" if is_primary else "secondary",
        icon=":material/videocam:",
        key=key,
        disabled=not can_start,
        on_click=visit.presses.offer(key, lambda: on_click(*args)) if can_start else None,
    )


def warm_up(visit: Visit) -> bool:
    """Load the models once, so that nobody waits at the start; False where they can't be loaded."""
    if is_warm(visit.model, visit.detector):
        return True
    try:
        with st.spinner(tr("Loading the model")):
            warm_example(visit.model, visit.detector)
    except FerError as error:
        st.error(told(error))
        return False
    return True


def load_models(visit: Visit) -> None:
    """Load them after all else is drawn, then let the start button be pressed."""
    if not is_warm(visit.model, visit.detector) and warm_up(visit):
        st.rerun()
