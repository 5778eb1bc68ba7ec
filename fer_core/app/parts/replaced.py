"""Widgets whose value the server changes as well as the visitor.

A browser that has not heard of the change yet reports the old value with whatever comes next, and
Streamlit takes that for the visitor's. So another widget, with another key, takes the place of the
one that is to change: what is reported of the old one concerns nobody any more.
"""

from typing import Any

import streamlit as st


def key_now(name: str) -> str:
    """Key of the widget that stands in this place now."""
    turn = st.session_state.get(f"{name}-turn", 0)
    return f"{name}-{turn}" if turn else name


def replace_value(name: str, value: Any) -> None:
    """Have the widget in this place show another value; before it is drawn."""
    st.session_state[f"{name}-turn"] = st.session_state.get(f"{name}-turn", 0) + 1
    st.session_state[key_now(name)] = value


def key_showing(name: str, value: Any) -> str:
    """Key of the widget in this place, which shows ``value``; another where the last did not."""
    key = key_now(name)
    if key not in st.session_state:
        st.session_state[key] = value
    elif st.session_state[key] != value:
        replace_value(name, value)
    return key_now(name)


def is_press(name: str, key: str, shown: Any) -> bool:
    """Whether a visitor chose what was reported, and not a browser that hears late.

    Args:
        name: of the place.
        key: of the widget that was reported, in whose place there may be another by now.
        shown: what it showed when it was drawn last.
    """
    return key == key_now(name) or st.session_state.get(key) not in (shown, None)
