"""What classes of a set mean whose names tell nothing: a near miss is answered by a press."""

from pathlib import Path
from typing import Final

import streamlit as st

from fer_core.app.language.emotions import emotion
from fer_core.app.language.spoken import tr
from fer_core.app.parts.meanings import Choice, ask_meanings
from fer_core.datasets.unnamed import unnamed_classes
from fer_core.errors import FerError
from fer_core.text import markdown_escape

#: Sets with more unknown classes than this are no faces with expressions.
_MOST: Final = 20


def chosen_classes(path: Path) -> Choice:
    """What was chosen for this set; nothing at first."""
    choice: Choice = st.session_state.get(f"classes-{path}", ())
    return choice


def ask_classes(path: Path) -> None:
    """A choice for each class that names no emotion, what it resembles chosen already."""
    try:
        names = unnamed_classes(path)
    except (FerError, OSError):
        return  # why the set cannot be read stands above
    if not 0 < len(names) <= _MOST:
        return
    choice = ask_meanings(names, key=f"class-{path}")
    st.button(
        tr("Use these classes"),
        type="primary",
        icon=":material/check:",
        key="use-classes",
        disabled=choice is None,
        on_click=st.session_state.__setitem__,
        args=(f"classes-{path}", choice),
    )


def show_chosen(path: Path) -> None:
    """What was chosen, and a press that asks again."""
    choice = chosen_classes(path)
    if not choice:
        return
    texts = [
        tr("{name} is {emotion}").format(name=markdown_escape(name), emotion=emotion(meaning))
        if meaning
        else tr("{name} is left out").format(name=markdown_escape(name))
        for name, meaning in choice
    ]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(", ".join(texts) + ".", width="content")
        st.button(
            tr("Choose again"),
            key="choose-classes",
            type="tertiary",
            on_click=st.session_state.pop,
            args=(f"classes-{path}", None),
        )
