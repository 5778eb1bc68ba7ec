"""The choice of a language, on every page."""

from typing import Final

import streamlit as st

from fer_core.app.language.language import NAMES
from fer_core.app.language.spoken import KEY, choose, spoken, tr
from fer_core.app.parts.component import pack, source

_WIDGET: Final = "language_switch"
_SWITCH = st.components.v2.component(
    "mien_language",
    html=source("language.html"),
    css=source("language.css"),
    js=source("language.js"),
)


def show_switch() -> None:
    """Draw it. It also tells the browser in which language and direction the page is written."""
    language = spoken()
    data = {
        "code": language.code,
        "direction": language.direction,
        "names": NAMES,
        "label": tr("Language"),
        "cookie": KEY,
    }
    _SWITCH(key=_WIDGET, data=pack(data), default={"code": language.code}, on_code_change=_take)


def _take() -> None:
    choose(str(st.session_state[_WIDGET].get("code")))
