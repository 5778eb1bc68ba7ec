"""One run: how far it is, its curves, what can be done with it. Refreshes itself while it works."""

import json
import re
from typing import Final, Literal

import streamlit as st

from fer_core.app.access.rights import require_training
from fer_core.app.language.spoken import number, percent, tr, tr_in
from fer_core.app.parts.blocks import Styling
from fer_core.app.parts.plots import show_plot
from fer_core.app.training.charts import make_confusion, make_curves, valid_confusion
from fer_core.app.training.export import show_export
from fer_core.app.training.state import act, take_change
from fer_core.errors import FerError
from fer_core.runs import RunInfo, State, delete_run, find_run, request_stop, resume_run
from fer_core.runs.launch import read_log
from fer_core.text import mark, markdown_sentence
from fer_core.training.run import RunFolder

REFRESH_EVERY_S = 2.0

#: What a screen reader says of the curves.
_COURSES: Final = {
    "accuracy": mark("Accuracy by epoch; validation in the last epochs: {values}"),
    "loss": mark("Loss by epoch; validation in the last epochs: {values}"),
}

#: The colours of ``st.badge``; the word beside it says the same.
_COLORS: dict[str, Literal["blue", "green", "red", "orange", "gray"]] = {
    "running": "blue",
    "preparing": "blue",
    "finished": "green",
    "failed": "red",
    "interrupted": "red",
    "queued": "orange",
    "stopping": "orange",
    "stopped": "gray",
}


def show_run(info: RunInfo) -> None:
    """Draw the run; while a process works on it, again every two seconds."""
    is_busy = info.state.is_alive or info.is_exporting
    name = info.name

    @st.fragment(run_every=REFRESH_EVERY_S if is_busy else None)
    def draw() -> None:
        require_training()
        if take_change():
            st.rerun()  # what is live, the list of runs, the message: beside this part of the page
        try:
            now = find_run(name)
        except FerError:
            st.rerun()  # deleted in another window
        _show_head(now)
        _show_actions(now)
        show_export(now)
        _show_course(now)
        _show_details(now)
        if is_busy != (now.state.is_alive or now.is_exporting):
            st.rerun()  # it began or ended: title, list and refreshing are another's now

    draw()


def _show_head(info: RunInfo) -> None:
    done, epochs = len(info.rows), max(1, info.epochs)
    if info.state is State.QUEUED:
        st.info(tr("Waiting for its turn: place {n} in the queue.").format(n=info.place))
    elif info.state is State.PREPARING:
        st.progress(0.0, tr("Loading data and network; this takes some seconds."))
    elif info.state in (State.RUNNING, State.STOPPING):
        words = [_epochs_text(done, info.epochs)]
        if info.state is State.STOPPING:
            words.append(tr_in("run", "stopping"))
        elif info.left_s is not None:
            words.append(tr("about {time} left").format(time=duration_text(info.left_s)))
        st.progress(min(1.0, done / epochs), " · ".join(words))
    elif info.state is State.STOPPED:
        st.info(
            tr("Stopped after {n} of {epochs} epochs. The best one so far is kept.").format(
                n=number(done), epochs=number(info.epochs)
            )
        )
    if info.problem:
        st.error(markdown_sentence(tr(info.problem)))


def _epochs_text(done: int, epochs: int) -> str:
    return tr("{n} of {epochs} epochs").format(n=number(done), epochs=number(epochs))


def duration_text(seconds: float) -> str:
    """Seconds, minutes or hours, as roughly as one wants to know them."""
    if seconds < 90:
        return tr("{n} s").format(n=number(max(1, round(seconds))))
    minutes = round(seconds / 60)
    if minutes < 90:
        return tr("{n} min").format(n=number(minutes))
    return tr("{hours} h {minutes} min").format(
        hours=number(minutes // 60), minutes=number(minutes % 60)
    )


def _show_actions(info: RunInfo) -> None:
    state = str(info.state)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.badge(tr_in("run", state), color=_COLORS.get(state, "gray"))
        if info.state.is_alive:
            st.button(
                tr("Stop"),
                key="stop-run",
                type="primary",
                icon=":material/stop_circle:",
                disabled=info.state is State.STOPPING,
                on_click=act,
                args=(request_stop, info.name),
                help=tr(
                    "After the step it is in. The best epoch so far is kept, and it can go on."
                ),
            )
            return
        if info.state.is_resumable and info.recipe and info.data.get("path"):
            st.button(
                tr("Resume"),
                key="resume-run",
                icon=":material/resume:",
                disabled=info.is_exporting,
                on_click=act,
                args=(resume_run, info.name),
                help=tr("Go on from the last finished epoch."),
            )
        if st.button(
            tr("Delete"), key="delete-run", icon=":material/delete:", disabled=info.is_exporting
        ):
            st.dialog(tr("Delete this run?"))(_confirm_delete)(info.name)


def _confirm_delete(name: str) -> None:
    require_training()
    st.markdown(
        tr(
            "**{run}** with its curves and weights will be gone. Models that were made of it stay."
        ).format(run=markdown_sentence(name))
    )
    with st.container(horizontal=True):
        if st.button(
            tr("Delete it"), type="primary", key="delete-yes", on_click=act, args=(delete_run, name)
        ):
            st.rerun()
        if st.button(tr("Keep it"), key="delete-no"):
            st.rerun()


def _show_course(info: RunInfo) -> None:
    if not info.rows:
        if info.state.is_alive:
            st.caption(tr("The curves begin after the first epoch."))
        return
    best, last = info.best, info.rows[-1]
    if best is not None:
        with st.container(horizontal=True):
            at = tr("{n} of {epochs}").format(n=number(best["epoch"]), epochs=number(info.epochs))
            st.metric(tr("Epoch kept"), at)
            st.metric(tr("Validation accuracy, kept"), percent(best.get("val_accuracy", 0.0)))
            st.metric(tr("Validation accuracy, last"), percent(last.get("val_accuracy", 0.0)))
            if "val_ferplus_accuracy" in best:
                st.metric(tr("FER+ accuracy, kept"), percent(best["val_ferplus_accuracy"]))
    kept = best["epoch"] if best is not None else None
    left, right = st.columns(2)
    for place, quantity in ((left, "accuracy"), (right, "loss")):
        figure = make_curves(info.rows, quantity, best_epoch=kept)
        values = ", ".join(number(row[f"val_{quantity}"], 3) for row in info.rows[-5:])
        with place:
            show_plot(
                figure,
                key=f"curve-{quantity}",
                alt=tr(_COURSES[quantity]).format(values=values),
            )
    found = valid_confusion(RunFolder(info.path).read_json("confusion.json"))
    if found is not None:
        labels, counts, epoch = found
        show_plot(
            make_confusion(labels, counts, Styling.of(st.context.theme.type)),
            key="confusion",
            alt=tr("Confusion matrix on validation after epoch {n}").format(n=number(epoch)),
        )
        st.caption(
            tr("After epoch {n}. A row: how the faces of one label were read.").format(
                n=number(epoch)
            )
        )


def _show_details(info: RunInfo) -> None:
    with st.expander(tr("Settings, data and log")):
        recipe = info.recipe
        st.markdown(
            tr("Recipe **{recipe}**: {about}").format(
                recipe=markdown_sentence(str(recipe.get("name", tr("unknown")))),
                about=markdown_sentence(tr(str(recipe.get("about", "")))),
            )
        )
        if split := info.data.get("split"):
            st.markdown(
                tr("Data {data}, split {split}.").format(
                    data=markdown_sentence(str(info.data.get("name"))),
                    split=markdown_sentence(tr(str(split))),
                )
            )
        st.json(json.dumps(recipe), expanded=False)
        log = read_log(info)
        if log:
            st.caption(tr("The last lines of its log"))
            st.code(re.sub(r"\x1b\[[0-9;]*m", "", log), language=None, height=240)
