"""Addresses and choices that name what is shown, opened in another language."""

from collections.abc import Callable, Sequence

import streamlit as st

from fer_core.app.language.language import NAMES, language_of
from fer_core.app.language.spoken import speaking


def open_in_this_language(
    key: str, names: Sequence[str], say: Callable[[str], str], *, keeps_shown: bool = False
) -> None:
    """An address names a choice as it was shown; let it mean the same in every language.

    Args:
        key: of the widget, bound to the address, that is drawn next.
        names: its options.
        say: how they are shown.
        keeps_shown: whether the session, too, holds what is shown (tabs) instead of the option.
    """
    here = {say(name) for name in names}
    kept, asked = st.session_state.get(key), st.query_params.get(key)
    if kept is None and asked is not None and asked not in here:
        found = name_of(asked, names, say)
    elif keeps_shown and isinstance(kept, str) and kept not in here:
        found = name_of(kept, names, say)
    else:
        return
    if found is not None:
        st.session_state[key] = say(found) if keeps_shown else found


def name_of(shown: str, names: Sequence[str], say: Callable[[str], str]) -> str | None:
    """The option that is shown so in some language; None where there is none."""
    for code in NAMES:
        with speaking(language_of(code)):
            found = next((name for name in names if say(name) == shown), None)
        if found is not None:
            return found
    return None
