"""The language of whoever looks at the page now.

It is the visitor's own: kept in their session, never for the process, so that visitors with
different languages are served at once. A thread of no page is given one by ``speaking``; without it
speaks English.

``tr``, ``ntr`` and ``tr_in`` take the text itself, which ``make messages`` collects; what is
written in one place and shown in another is marked there by ``fer_core.text.mark``.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date as day_type
from datetime import datetime
from typing import Final

import streamlit as st

from fer_core.app.language.catalogues import SOURCE
from fer_core.app.language.language import NAMES, Language, accepted_tags, language_of, nearest
from fer_core.app.private import has_page
from fer_core.errors import FerError

#: Of the session, and of the cookie that brings a choice back.
KEY: Final = "mien_language"

_given: ContextVar[Language | None] = ContextVar("given", default=None)


def spoken() -> Language:
    """The language that is spoken here."""
    given = _given.get()
    if given is not None:
        return given
    if not has_page():
        return language_of(SOURCE)
    code = st.session_state.get(KEY)
    if code is None:
        st.session_state[KEY] = code = _first_choice()
    return language_of(str(code))


def choose(code: str) -> None:
    """Speak another language from now on, in this session."""
    if code in NAMES:
        st.session_state[KEY] = code


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """Within it, this language is spoken in this thread."""
    token = _given.set(language)
    try:
        yield
    finally:
        _given.reset(token)


def _first_choice() -> str:
    """What was chosen on an earlier visit, or the browser's own language."""
    kept = st.context.cookies.get(KEY)
    if kept in NAMES:
        return str(kept)
    accepted = accepted_tags(str(st.context.headers.get("Accept-Language") or ""))
    return nearest([st.context.locale or "", *accepted])


def tr(text: str) -> str:
    """The text in the visitor's language."""
    return spoken().tr(text)


def tr_in(context: str, text: str) -> str:
    """As above, for a word that means something else elsewhere."""
    return spoken().tr_in(context, text)


def ntr(one: str, many: str, count: int) -> str:
    """The form for this count, in the visitor's language."""
    return spoken().ntr(one, many, count)


def told(error: FerError) -> str:
    """The sentence of an error; in the visitor's language where it was marked."""
    return tr(error.args[0] if error.args and isinstance(error.args[0], str) else str(error))


def number(value: float, decimals: int = 0, *, signed: bool = False, grouped: bool = False) -> str:
    """A number as the visitor writes it."""
    return spoken().number(value, decimals, signed=signed, grouped=grouped)


def percent(share: float, decimals: int = 1) -> str:
    """A share of 0..1 as the visitor writes it."""
    return spoken().percent(share, decimals)


def date(day: day_type) -> str:
    """A day as the visitor writes it."""
    return spoken().date(day)


def moment(at: datetime, *, year: bool = True) -> str:
    """Day and time as the visitor writes them; in the zone that ``at`` has."""
    return spoken().moment(at, year=year)


def capital(text: str) -> str:
    """With a capital first letter."""
    return spoken().capital(text)


def listing(names: Sequence[str]) -> str:
    """``a, b and c``."""
    return spoken().listing(names)
