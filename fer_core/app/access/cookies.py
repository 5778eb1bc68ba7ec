"""What a browser keeps between visits: HttpOnly cookies, which only the server's routes set.

A page cannot set a cookie itself: ``remember`` puts a small component on it that hands a signed
ticket to the route ``/access/cookie`` (``fer_core.app.door``), which answers with the cookie.
"""

import hashlib
from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from fer_core.access import Signer, load_secret
from fer_core.app.parts.component import pack, source
from fer_core.config import settings

if TYPE_CHECKING:
    from streamlit.components.v2.types import ComponentRenderer

#: The cookie that holds a role, and the one that brings a person back to their pseudonym.
ACCESS = "mien_access"
PERSON = "mien_person"
NAMES = (ACCESS, PERSON)
MAX_AGE_S = 90 * 86_400
ROUTE = "/access/cookie"
_COURIER, _ANSWER = "cookie_courier", "cookie_answer"
#: Streamlit's; documented under server.enableXsrfProtection.
_XSRF = "_streamlit_xsrf"
#: Streamlit's has about a hundred characters; what is longer is not its own.
_MOST_XSRF = 500

_door_is_open = False


def open_door() -> None:
    """Called by ``fer_core.app.door``: this process has the routes."""
    global _door_is_open
    _door_is_open = True


def has_door() -> bool:
    """Whether this process can set cookies: not under plain ``streamlit run``."""
    return _door_is_open


@lru_cache(maxsize=4)
def _signer_of(folder: Path, secret: str | None) -> Signer:
    return Signer(hashlib.sha256(secret.encode()).digest() if secret else load_secret(folder))


def signer() -> Signer:
    """Signs this deployment's cookies.

    Raises:
        ConfigError: the data folder cannot be used.
    """
    chosen = settings()
    # Not resolved: that asks the disk three times, for every second of every device.
    return _signer_of((chosen.data_dir / "keys").absolute(), chosen.cookie_secret)


def read_cookie(name: str) -> str | None:
    """The cookie as the browser sent it when it opened the page."""
    is_safe = (st.context.url or "").startswith("https:")
    return st.context.cookies.get(stored_name(name, is_safe=is_safe))


def stored_name(name: str, *, is_safe: bool) -> str:
    """As the browser keeps it: under HTTPS neither another host nor plain HTTP can set it."""
    return f"__Host-{name}" if is_safe else name


def browser_of(sent: Mapping[str, str]) -> str:
    """What tells this browser from others while it is open: a digest of Streamlit's own cookie
    against forged requests, which every page has; empty without it."""
    return _browser_of(sent.get(_XSRF, "")[:_MOST_XSRF])


@lru_cache(maxsize=4096)  # who measures on a device sends the same one every second
def _browser_of(sent: str) -> str:
    try:  # 2|mask|masked token|time, in hex; the mask is another at every answer
        version, mask, masked, _ = sent.strip("\"'").split("|")
        pair = bytes.fromhex(mask), bytes.fromhex(masked)
    except ValueError:
        return ""
    if version != "2" or not all(pair):
        return ""
    token = bytes(one ^ pair[0][place % len(pair[0])] for place, one in enumerate(pair[1]))
    return hashlib.sha256(token).hexdigest()[:32]


def read_token(name: str) -> str | None:
    """The token in one of ``NAMES``; None where there is none, or it is forged or too old.

    What was remembered or forgotten during this visit counts before what the browser sent.

    Raises:
        ConfigError: the data folder cannot be used.
    """
    during = st.session_state.get(f"cookie-{name}")
    if during is not None:
        return str(during) or None
    value = read_cookie(name)
    return signer().open_cookie(name, value, max_age_s=MAX_AGE_S) if value else None


class Keeping(StrEnum):
    """Whether the browser has what it is to keep."""

    KEPT = "kept"
    WAITING = "waiting"
    FAILED = "failed"


def remember(name: str, token: str, *, asks: bool = False) -> None:
    """Let this browser keep the token; at once for this visit, by cookie for later ones.

    Call it once, outside of callbacks, while the page is drawn. An empty token forgets.

    Args:
        name: one of ``NAMES``.
        token: to keep.
        asks: let ``keeping_of`` wait for the browser's answer, at which the page is drawn again.
    """
    ticket = signer().make_ticket(name, token, browser_of(st.context.cookies))
    st.session_state[f"cookie-{name}"] = token
    st.session_state[f"ticket-{name}"] = ticket
    st.session_state[f"asked-{name}"] = ticket if asks and has_door() else None
    st.session_state.pop(_ANSWER, None)


def keeping_of(name: str) -> Keeping:
    """Whether the browser said that it has what was to be kept and asked for."""
    asked = st.session_state.get(f"asked-{name}")
    if asked is None:
        return Keeping.KEPT
    answer = st.session_state.get(_ANSWER, {})
    if answer.get("ticket") != asked:
        return Keeping.WAITING
    return Keeping.KEPT if answer.get("isKept") is True else Keeping.FAILED


def deliver() -> None:
    """Hand tickets to the browser: the router calls this at the end of every run."""
    tickets = [ticket for name in NAMES if (ticket := st.session_state.get(f"ticket-{name}"))]
    if tickets and has_door():
        asked = [
            st.session_state[f"ticket-{name}"]
            for name in NAMES
            if keeping_of(name) is Keeping.WAITING
        ]
        _courier()(
            key=_COURIER,
            data=pack({"route": ROUTE, "tickets": tickets, "asked": asked}),
            default={"answer": None},
            on_answer_change=_note_answer,
        )


def _note_answer() -> None:
    """Keep what the browser said, also for runs that do not draw the courier."""
    answer = st.session_state[_COURIER].get("answer")
    if isinstance(answer, Mapping):
        st.session_state[_ANSWER] = dict(answer)


@lru_cache(maxsize=1)
def _courier() -> "ComponentRenderer":
    # Not at import: the door imports this before Streamlit runs, and it would not be known then.
    return st.components.v2.component("mien_cookie", js=source("cookie.js"))
