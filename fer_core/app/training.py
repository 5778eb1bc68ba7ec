"""The Training page: new runs, and those that there are."""

import streamlit as st

from fer_core.app.access import require_training
from fer_core.app.training_form import show_new_run
from fer_core.app.training_live import show_live_choice
from fer_core.app.training_panel import show_run
from fer_core.app.training_state import NEW, RUNS, VIEW_KEY, take_message
from fer_core.runs import RunInfo, list_runs

#: The colours of ``st.badge``; the word beside it says the same.
_COLORS = {
    "running": "blue",
    "preparing": "blue",
    "finished": "green",
    "failed": "red",
    "interrupted": "red",
    "queued": "orange",
    "stopping": "orange",
    "stopped": "gray",
}


def show_training_page() -> None:
    """Draw the page."""
    require_training()
    st.title("Training", anchor=False)
    st.markdown(
        "Teach a network on labelled faces, watch it learn, and let it serve the live page."
    )
    if message := take_message():
        st.error(message)
    runs = list_runs()
    busy = any(info.state.is_alive for info in runs)
    view = st.segmented_control(
        "Show",
        (NEW, RUNS),
        default=RUNS if busy else NEW,
        required=True,
        key=VIEW_KEY,
        bind="query-params",
        label_visibility="collapsed",
        format_func=lambda name: f"{name} ({len(runs)})" if name == RUNS and runs else name,
    )
    if view == RUNS:
        _show_runs(runs)
    else:
        show_new_run()


def _show_runs(runs: list[RunInfo]) -> None:
    show_live_choice()
    if not runs:
        st.info("There are no runs yet: choose *New run* to start one.")
        return
    by_name = {info.name: info for info in runs}
    if st.session_state.get("run") not in (None, *by_name):
        del st.session_state["run"]  # deleted, here or in another window
    name = st.selectbox(
        "Run",
        list(by_name),
        key="run",
        bind="query-params",
        format_func=lambda name: _title(by_name.get(name), name),
    )
    if name in by_name:
        show_run(by_name[name], _COLORS)


def _title(info: RunInfo | None, name: str) -> str:
    if info is None:
        return name
    best = f", {info.best['val_accuracy']:.1%}" if info.best else ""
    return f"{name} · {info.state}{best}"
