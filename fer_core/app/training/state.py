"""What the Training page keeps between two runs of its script, and how its actions report."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from fer_core.app.access.rights import may_train
from fer_core.app.language.spoken import told, tr
from fer_core.errors import FerError
from fer_core.text import mark

NEW, RUNS = mark("New run"), mark("Runs")
VIEW_KEY = "view"
_MESSAGE_KEY = "training-message"
_CHANGED_KEY = "training-changed"


def act(action: Callable[..., Any], *args: Any) -> Any:
    """Do what a button is for, if the visitor still may; an error becomes the page's message."""
    if not may_train():
        return None  # the page itself says so
    st.session_state[_CHANGED_KEY] = True
    try:
        return action(*args)
    except FerError as error:
        st.session_state[_MESSAGE_KEY] = told(error)
    except OSError as error:
        st.session_state[_MESSAGE_KEY] = tr(
            "That did not work ({reason}). Check room and rights of FER_DATA_DIR."
        ).format(reason=error.strerror or error)
    return None


def take_change() -> bool:
    """Whether something was done since this was last asked: the whole page shows it, then."""
    return bool(st.session_state.pop(_CHANGED_KEY, False))


def take_message() -> str | None:
    """The message of the last action, once."""
    message = st.session_state.pop(_MESSAGE_KEY, None)
    return None if message is None else str(message)


def go_to_run(name: str) -> None:
    """Show this run from the next run of the script on; for callbacks."""
    st.session_state[VIEW_KEY] = RUNS
    st.session_state["run"] = name
