"""The visitor's time zone."""

from datetime import tzinfo
from zoneinfo import ZoneInfo

import streamlit as st


def visitor_zone() -> tzinfo | None:
    """The visitor's time zone; None, the server's, where the browser gives none that is known."""
    try:
        return ZoneInfo(st.context.timezone or "")
    except (ValueError, OSError, KeyError):
        return None
