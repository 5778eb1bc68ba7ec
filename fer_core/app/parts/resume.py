"""A camera that was on goes on by itself where another process took the page over.

A process that ends, or is killed, takes what it knew of its visitors along: their browsers open the
page once more, at another one. What the browser still knows is which button started the camera.
"""

import secrets
from typing import Final

import streamlit as st

from fer_core.app.language.spoken import tr
from fer_core.app.parts.component import pack, source
from fer_core.text import mark

BACK: Final = mark(
    "The server that this page was on has ended: the camera goes on by itself on another."
)

#: Tells this process from others: a session also ends where a laptop was shut for minutes, and then
#: nobody wants the camera on by itself.
_SERVER: Final = secrets.token_hex(8)

_RESUME = st.components.v2.component("mien_resume", js=source("resume.js"))


def offer_return(place: str, *, is_on: bool, button: str) -> None:
    """Tell the browser how a camera stands, so that it can start it again at another process.

    Args:
        place: names the camera on its page.
        is_on: whether it runs, or waits for a place.
        button: key of the one that starts it; empty while it is not there, or can't be pressed.
    """
    data = {"place": place, "server": _SERVER, "isOn": is_on, "button": button}
    with st.container(key=f"quiet-resume-{place}"):  # no room of its own between what is seen
        _RESUME(key=f"resume_{place}", data=pack({**data, "sentence": tr(BACK)}))
