"""A viewer gives their numbers, or keeps them to themselves."""

from collections.abc import Callable
from functools import lru_cache

import streamlit as st

from fer_core.access import AttemptLimiter, Role
from fer_core.app.access.cookies import browser_of
from fer_core.app.access.rights import current_access, visitor_network
from fer_core.app.language.spoken import told, tr
from fer_core.app.reactions.desk import ReactionsDesk
from fer_core.app.reactions.texts import NOT_SHARED, OWN_NOT_SHARED, STILL, TOO_MANY
from fer_core.errors import FerError
from fer_core.storage import shared_store
from fer_core.storage.choices import may_others_join

#: A large class behind one address, once over, for each clip or study.
MOST_GIVEN, GIVEN_WINDOW_S = 60, 3600.0


@lru_cache(maxsize=1)
def give_limiter() -> AttemptLimiter:
    """Counts viewings that were given, by network and clip: a class, but no crowd of one."""
    return AttemptLimiter(MOST_GIVEN, GIVEN_WINDOW_S)


def show_giving(
    desk: ReactionsDesk, text: str, watched: str, give: Callable[[str, str], str]
) -> None:
    """Ask for the agreement, and keep the numbers under it.

    Args:
        desk: of the viewer.
        text: what they agree to.
        watched: key of the clip or study.
        give: keeps the numbers, given the text and what tells the browser from others; their code.
    """
    if desk.code is not None:
        st.success(tr("Kept. Note the code: with it you can delete your numbers."))
        st.code(desk.code, language=None)
        return
    try:
        with shared_store().read() as session:
            is_shared = may_others_join(session)
    except FerError as error:
        st.caption(tr("Only you see this; nothing can be kept now: {why}").format(why=told(error)))
        return
    if not is_shared:
        is_owner = current_access().has(Role.OWNER)
        st.caption(tr(OWN_NOT_SHARED if is_owner else NOT_SHARED))
        return
    if not desk.is_person:
        st.info(tr(STILL))
        return
    agreed = st.checkbox(text, key="reactions_agree")
    if st.button(tr("Give my numbers"), type="primary", key="reactions_give", disabled=not agreed):
        key = f"{visitor_network()} {watched}"
        if give_limiter().wait_s(key) > 0:
            st.error(tr(TOO_MANY))
            return
        try:
            desk.code = give(text, browser_of(st.context.cookies))
        except (FerError, OSError) as error:
            st.error(told(error) if isinstance(error, FerError) else tr("The disk refused them."))
        else:
            if visitor_network():  # not this computer
                give_limiter().note_wrong(key)
            st.rerun()
