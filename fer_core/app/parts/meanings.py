"""What words mean that name no emotion: a choice for each, the nearest one chosen already."""

from collections.abc import Sequence
from typing import Any, Final

import streamlit as st

from fer_core.app.language.emotions import emotion
from fer_core.app.language.spoken import tr
from fer_core.datasets.names import suggest_emotion
from fer_core.labels import FERPLUS_EMOTIONS
from fer_core.text import mark, markdown_escape

#: (name, emotion) of each class; no emotion: it is left out.
Choice = tuple[tuple[str, str], ...]

_LEAVE_OUT: Final = mark("leave out")


def ask_meanings(
    names: Sequence[str], *, key: str, emotions: Sequence[str] = FERPLUS_EMOTIONS
) -> Choice | None:
    """Draw the choices; None while one is open.

    Args:
        names: of the classes.
        key: of the boxes, each with a number behind it.
        emotions: what may be chosen.
    """
    st.markdown(tr("What do these classes show?"))
    options, answers = [*emotions, _LEAVE_OUT], []
    for number, name in enumerate(names):
        near = suggest_emotion(name)
        answers.append(
            st.selectbox(
                markdown_escape(name),
                options,
                index=options.index(near) if near in options else None,
                format_func=lambda option: tr(option) if option == _LEAVE_OUT else emotion(option),
                placeholder=tr("Choose an expression, or leave it out"),
                key=f"{key}-{number}",
                width=320,
            )
        )
    if None in answers:
        return None
    return tuple(
        (name, "" if answer == _LEAVE_OUT else str(answer))
        for name, answer in zip(names, answers, strict=True)
    )


def as_options(choice: Choice) -> dict[str, Any]:
    """The arguments ``classes`` and ``ignore`` of what reads a set."""
    return {
        "classes": {name.lower(): emotion for name, emotion in choice if emotion},
        "ignore": [name for name, emotion in choice if not emotion],
    }
