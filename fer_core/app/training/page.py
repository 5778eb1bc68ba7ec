"""The Training page: new runs, and those that there are."""

from pathlib import Path
from typing import Final

import streamlit as st

from fer_core.app.access.rights import require_training
from fer_core.app.device.messages import KEPT_ON_SERVER
from fer_core.app.language.address import open_in_this_language
from fer_core.app.language.spoken import listing, number, tr, tr_in
from fer_core.app.parts.plots import show_plot
from fer_core.app.parts.scrolls import show_rows
from fer_core.app.training.charts import QUANTITIES, make_comparison
from fer_core.app.training.form import show_new_run
from fer_core.app.training.live import show_live_choice
from fer_core.app.training.panel import show_run
from fer_core.app.training.state import NEW, RUNS, VIEW_KEY, take_change, take_message
from fer_core.runs import RunInfo, list_runs
from fer_core.text import mark, markdown_sentence

_VALIDATION: Final = mark("validation accuracy (%)")
#: Of the table of runs; a file of it keeps the names as they stand here.
_COLUMNS: Final = (
    *(mark("run"), mark("state"), _VALIDATION, mark("epochs")),
    *(mark("recipe"), mark("data"), mark("model")),
)
_COURSES: Final = {
    "accuracy": mark("Validation accuracy by epoch of {runs}"),
    "loss": mark("Validation loss by epoch of {runs}"),
}


def show_training_page() -> None:
    """Draw the page."""
    require_training()
    st.title(tr("Training"), anchor=False)
    st.markdown(
        tr("Teach a network on labelled faces, watch it learn, and let it serve the live page.")
    )
    st.caption(f":material/dns: {tr(KEPT_ON_SERVER)}")
    take_change()  # this run of the script shows it
    if message := take_message():
        st.error(markdown_sentence(message))
    runs = list_runs()
    busy = any(info.state.is_alive for info in runs)
    open_in_this_language(VIEW_KEY, (NEW, RUNS), tr)
    view = st.segmented_control(
        tr("Show"),
        (NEW, RUNS),
        format_func=tr,
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
        st.info(tr("There are no runs yet: choose *New run* to start one."))
        return
    by_name = {info.name: info for info in runs}
    if st.session_state.get("run") not in (None, *by_name):
        del st.session_state["run"]  # deleted, here or in another window
    if len(runs) > 1:
        with_curves = [info for info in runs if info.rows]
        if len(with_curves) > 1:
            left, right = st.columns(2, gap="medium")
            with right:
                _show_several(with_curves)
        else:
            left = st.container()
        with left:
            _show_table(runs)
    name = st.selectbox(tr("Run"), list(by_name), key="run", bind="query-params")
    if name in by_name:
        show_run(by_name[name])


def _show_table(runs: list[RunInfo]) -> None:
    """All runs; what one asks for first stands left, the rest may have to be scrolled to."""
    show_rows(
        [_row(info) for info in runs],
        key="all-runs",
        formats={_VALIDATION: "%.1f"},
        titles={name: tr(name) for name in _COLUMNS},
        height="content" if len(runs) < 10 else 400,
    )


def _show_several(runs: list[RunInfo]) -> None:
    """Curves of the runs that are chosen, in one chart."""
    places = {info.name: place for place, info in enumerate(reversed(runs))}
    names = list(reversed(places))
    if set(st.session_state.get("compared-runs", ())) - set(names):
        del st.session_state["compared-runs"]  # one was deleted, here or in another window
    chosen = st.multiselect(tr("Curves of"), names, default=names[:3], key="compared-runs")
    titles = {title: quantity for quantity, title in QUANTITIES.items()}
    quantity = titles[
        st.segmented_control(
            tr("Quantity"),
            list(titles),
            default=QUANTITIES["accuracy"],
            format_func=tr,
            required=True,
            key="compared-quantity",
            label_visibility="collapsed",
        )
    ]
    found = {info.name: info.rows for info in runs if info.name in chosen}
    if not found:
        st.caption(tr("Choose runs to see their curves in one chart."))
        return
    show_plot(
        make_comparison(found, places, quantity),
        key="runs-compared",
        alt=tr(_COURSES[quantity]).format(runs=listing(list(found))),
    )


def _row(info: RunInfo) -> dict[str, object]:
    state = tr_in("run", str(info.state))
    if info.place:
        state = tr("{state}, place {n}").format(state=state, n=number(info.place))
    return {
        "run": info.name,
        "state": state,
        _VALIDATION: info.best["val_accuracy"] * 100 if info.best else None,
        "epochs": tr("{n} of {epochs}").format(
            n=number(len(info.rows)), epochs=number(info.epochs)
        ),
        "recipe": str(info.recipe.get("name", tr("unknown"))),
        "data": Path(str(info.data.get("path", ""))).name,
        "model": info.export.get("model") if info.export.get("state") == "finished" else None,
    }
