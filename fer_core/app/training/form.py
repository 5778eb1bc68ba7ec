"""A new run: data with a preview, recipe, settings, start."""

from pathlib import Path
from typing import Final

import streamlit as st

from fer_core.app.language.spoken import number, told, tr
from fer_core.app.parts.meanings import Choice, as_options
from fer_core.app.training.form_classes import (
    ask_classes,
    chosen_classes,
    show_chosen,
)
from fer_core.app.training.form_data import (
    choose_data,
    load_preview,
    show_example,
    show_preview,
    stamp,
)
from fer_core.app.training.form_recipe import choose_recipe
from fer_core.app.training.state import act, go_to_run
from fer_core.errors import FerError
from fer_core.runs import runs_dir, submit_run
from fer_core.runs.paths import check_data_path
from fer_core.text import mark, markdown_sentence
from fer_core.training.health import WANTED_DISK_MB, disk_left_mb
from fer_core.training.recipe import Recipe

_LOOKING: Final = mark("Looking at the data (some seconds, minutes for tens of thousands)")
_LOOKING_NEAR: Final = mark(
    "Looking for nearly equal pictures (some seconds, minutes for tens of thousands)"
)


def show_new_run() -> None:
    """Draw the form; Start goes to the run."""
    path = choose_data()
    if path is None:
        show_example()
        return
    choice = chosen_classes(path)
    near = bool(st.session_state.get(f"near-{path}"))
    try:
        with st.spinner(tr(_LOOKING_NEAR if near else _LOOKING)):
            preview = load_preview(str(path), stamp(path), near, choice)
    except FerError as error:
        st.error(markdown_sentence(_plain(told(error), path)))
        show_chosen(path)
        ask_classes(path)
        return
    show_chosen(path)
    show_preview(path, preview, near)
    if preview.problems():
        for sentence in preview.problems():
            st.error(markdown_sentence(_plain(tr(sentence), path)))
        return
    st.subheader(tr("Recipe"), anchor=False)
    recipe = choose_recipe(preview)
    if recipe is None:
        return
    left = disk_left_mb(runs_dir().parent)
    if left is not None and left < WANTED_DISK_MB:
        st.warning(
            tr("Only {n} MB of disk are left: the run may end for want of room.").format(
                n=number(left)
            )
        )
    st.button(
        tr("Start training"),
        type="primary",
        icon=":material/play_arrow:",
        key="start-training",
        on_click=_start,
        args=(recipe, path, choice),
    )
    st.caption(
        tr(
            "It trains in a process of its own, after every other program's turn: you may close "
            "this page, and the live page goes on. One run trains at a time; others wait."
        )
    )


def _plain(sentence: str, path: Path) -> str:
    """The sentence with the set's name where it has its place on the server."""
    return sentence.replace(str(path), path.name)


def _start(recipe: Recipe, path: Path, choice: Choice) -> None:
    options = {name: value for name, value in as_options(choice).items() if value}
    info = act(lambda: submit_run(recipe, check_data_path(path), options))
    if info is not None:
        go_to_run(info.name)
