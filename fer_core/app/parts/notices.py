"""Shows a message in the form that fits how much it matters."""

import streamlit as st

from fer_core.app.language.spoken import tr
from fer_core.app.stream.messages import Message


def say(message: Message | None) -> None:
    """Draw the message, if there is one."""
    if message is None:
        return
    show = {"info": st.info, "warning": st.warning, "error": st.error}[message.severity]
    show(tr(message.text))
