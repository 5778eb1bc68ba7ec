"""How expressions changed over a video: episodes, transitions, variability."""

from typing import Any, Final

import streamlit as st

from fer_core.app.analyse.course import shown_people
from fer_core.app.language.emotions import emotion
from fer_core.app.language.spoken import number, tr
from fer_core.app.parts.scrolls import show_rows
from fer_core.labels import EMOTIONS
from fer_core.text import mark

#: Of an episode -> the column in which it is shown.
_EPISODE: Final = {
    "emotion": mark("expression"),
    "track_id": mark("person"),
    "onset_s": mark("onset, s"),
    "peak_s": mark("peak, s"),
    "length_s": mark("length, s"),
    "peak": mark("highest"),
}


def show_changes(document: dict[str, Any]) -> None:
    """Draw them, folded.

    Args:
        document: of the JSON export.
    """
    episodes = [e for e in document["episodes"] if e["emotion"] != "neutral"]
    with st.expander(tr("Changes: episodes, transitions, variability"), icon=":material/timeline:"):
        st.caption(
            tr(
                "An episode begins when an expression's probability reaches 50 %, ends when it "
                "falls below 35 %, and lasts half a second at least."
            )
        )
        if episodes:
            rows = [{text: _said(e[name]) for name, text in _EPISODE.items()} for e in episodes]
            show_rows(rows, titles={text: tr(text) for text in _EPISODE.values()})
        else:
            st.markdown(tr("No episode of another expression than neutral."))
        for person in shown_people(document):
            rate = person["changes_per_min"]
            st.markdown(
                tr("**Person {id}**").format(id=person["track_id"])
                if rate is None
                else tr("**Person {id}**, {n} changes a minute").format(
                    id=person["track_id"], n=number(rate, 1)
                )
            )
            titles = {text: tr(text) for text in (mark("expression"), mark("variability"))}
            titles |= {
                f"to {name}": tr("to {expression}").format(expression=emotion(name))
                for name in EMOTIONS
            }
            show_rows(_changes_of(person), titles=titles)


def _said(value: Any) -> Any:
    return emotion(value) if isinstance(value, str) else value


def _changes_of(person: dict[str, Any]) -> list[dict[str, Any]]:
    """A row per expression: its variability, and how often each other one followed."""
    return [
        {
            "expression": emotion(name),
            "variability": person["variability"][name],
            **{f"to {to}": n for to, n in zip(EMOTIONS, counts, strict=True)},
        }
        for name, counts in zip(EMOTIONS, person["transitions"], strict=True)
    ]
