"""A new run: data with a preview, recipe, settings, start."""

from pathlib import Path

import streamlit as st

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
from fer_core.text import markdown_sentence
from fer_core.training.health import WANTED_DISK_MB, disk_left_mb
from fer_core.training.recipe import Recipe


def show_new_run() -> None:
    """Draw the form; Start goes to the run."""
    path = choose_data()
    if path is None:
        show_example()
        return
    choice = chosen_classes(path)
    near = bool(st.session_state.get(f"near-{path}"))
    try:
        words = "Looking for nearly equal pictures" if near else "Looking at the data"
        with st.spinner(f"{words} (some seconds, minutes for tens of thousands)"):
            preview = load_preview(str(path), stamp(path), near, choice)
    except FerError as error:
        st.error(markdown_sentence(_plain(str(error), path)))
        show_chosen(path)
        ask_classes(path)
        return
    show_chosen(path)
    show_preview(path, preview, near)
    if preview.problems():
        for sentence in preview.problems():
            st.error(markdown_sentence(_plain(sentence, path)))
        return
    st.subheader("Recipe", anchor=False)
    recipe = choose_recipe(preview)
    if recipe is None:
        return
    left = disk_left_mb(runs_dir().parent)
    if left is not None and left < WANTED_DISK_MB:
        st.warning(f"Only {left:.0f} MB of disk are left: the run may end for want of room.")
    st.button(
        "Start training",
        type="primary",
        icon=":material/play_arrow:",
        key="start-training",
        on_click=_start,
        args=(recipe, path, choice),
    )
    st.caption(
        "It trains in a process of its own, after every other program's turn: you may close this "
        "page, and the live page goes on. One run trains at a time; others wait."
    )


def _plain(sentence: str, path: Path) -> str:
    """The sentence with the set's name where it has its place on the server."""
    return sentence.replace(str(path), path.name)


def _start(recipe: Recipe, path: Path, choice: Choice) -> None:
    options = {name: value for name, value in as_options(choice).items() if value}
    info = act(lambda: submit_run(recipe, check_data_path(path), options))
    if info is not None:
        go_to_run(info.name)
