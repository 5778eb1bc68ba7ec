"""The Training page: new runs, and those that there are."""

from pathlib import Path

import streamlit as st

from fer_core.app.access.rights import require_training
from fer_core.app.training.form import show_new_run
from fer_core.app.training.live import show_live_choice
from fer_core.app.training.panel import show_run
from fer_core.app.training.state import NEW, RUNS, VIEW_KEY, take_change, take_message
from fer_core.runs import RunInfo, list_runs
from fer_core.text import markdown_sentence


def show_training_page() -> None:
    """Draw the page."""
    require_training()
    st.title("Training", anchor=False)
    st.markdown(
        "Teach a network on labelled faces, watch it learn, and let it serve the live page."
    )
    take_change()  # this run of the script shows it
    if message := take_message():
        st.error(markdown_sentence(message))
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
    name = st.selectbox("Run", list(by_name), key="run", bind="query-params")
    if name in by_name:
        show_run(by_name[name])
    if len(runs) > 1:
        st.subheader("All runs", anchor=False)
        st.dataframe(
            [_row(info) for info in runs],
            key="all-runs",
            hide_index=True,
            column_config={
                "validation": st.column_config.NumberColumn("validation accuracy", format="%.1f %%")
            },
        )


def _row(info: RunInfo) -> dict[str, object]:
    place = f", place {info.place}" if info.place else ""
    return {
        "run": info.name,
        "state": f"{info.state}{place}",
        "epochs": f"{len(info.rows)} of {info.epochs}",
        "validation": info.best["val_accuracy"] * 100 if info.best else None,
        "data": Path(str(info.data.get("path", ""))).name,
        "model": info.export.get("model") if info.export.get("state") == "finished" else None,
    }
