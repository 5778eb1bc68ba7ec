"""How expressions changed over a video: episodes, transitions, variability."""

from typing import Any

import streamlit as st

from fer_core.app.analyse.course import shown_people
from fer_core.app.parts.scrolls import show_rows
from fer_core.labels import EMOTIONS


def show_changes(document: dict[str, Any]) -> None:
    """Draw them, folded.

    Args:
        document: of the JSON export.
    """
    episodes = [e for e in document["episodes"] if e["emotion"] != "neutral"]
    with st.expander("Changes: episodes, transitions, variability", icon=":material/timeline:"):
        st.caption(
            "An episode begins when an expression's probability reaches 50 %, ends when it falls "
            "below 35 %, and lasts half a second at least."
        )
        if episodes:
            names = {"emotion": "expression", "track_id": "person", "onset_s": "onset, s"}
            names |= {"peak_s": "peak, s", "length_s": "length, s", "peak": "highest"}
            show_rows([{text: e[name] for name, text in names.items()} for e in episodes])
        else:
            st.markdown("No episode of another expression than neutral.")
        for person in shown_people(document):
            rate = person["changes_per_min"]
            st.markdown(
                f"**Person {person['track_id']}**"
                + (f", {rate:.1f} changes a minute" if rate is not None else "")
            )
            show_rows(_changes_of(person))


def _changes_of(person: dict[str, Any]) -> list[dict[str, Any]]:
    """A row per expression: its variability, and how often each other one followed."""
    return [
        {
            "expression": name,
            "variability": person["variability"][name],
            **{f"to {to}": n for to, n in zip(EMOTIONS, counts, strict=True)},
        }
        for name, counts in zip(EMOTIONS, person["transitions"], strict=True)
    ]
