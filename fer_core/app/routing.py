"""Keeps a page from running without the router.

Streamlit takes a folder named ``pages`` for its older kind of multipage app until the router has
called ``st.navigation`` once: the very first visitor of a process who opens a page's own address
would get that page alone, with another navigation.
"""

import streamlit as st

from fer_core.app.private import leave_pages_directory

_KEY = "routed"


def note_routed() -> None:
    """Called by the router."""
    st.session_state[_KEY] = True


def require_router() -> None:
    """Called first by a page that has an address of its own: runs again through the router."""
    if _KEY not in st.session_state and leave_pages_directory():
        st.rerun()
