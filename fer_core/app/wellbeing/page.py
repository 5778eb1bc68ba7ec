"""The Wellbeing page: three tabs over one desk."""

from collections.abc import Callable

import streamlit as st

from fer_core.access import Role
from fer_core.app.access.rights import current_access
from fer_core.app.language.spoken import told, tr
from fer_core.app.wellbeing.checkin import show_checkin_tab
from fer_core.app.wellbeing.desk import WellbeingDesk, this_desk
from fer_core.app.wellbeing.history import show_history_tab
from fer_core.app.wellbeing.membership import JOINED, Known, look_up
from fer_core.app.wellbeing.team_tab import show_team_tab
from fer_core.errors import FerError, StorageError
from fer_core.text import mark

TABS = (mark("Check in"), mark("My history"), mark("Team"))
DEMO = "wellbeing_demo"


def show_wellbeing_page() -> None:
    """Draw the page."""
    st.title(tr("Wellbeing"), anchor=False)
    st.markdown(
        tr("Check in with your face for a minute, follow your own course, and nobody else's.")
    )
    desk = this_desk()
    known, problem = _look_up(desk)
    demo = False
    if st.session_state.pop(JOINED, False):
        st.session_state[DEMO] = False  # from now on, one's own
    if not desk.is_busy:
        demo = st.toggle(
            tr("Demonstration: a made-up month of 30 people"),
            value=desk.member is None and not current_access().has(Role.MANAGER),
            key=DEMO,
        )
    if problem:
        st.error(problem)
    checkin, history, team = st.tabs(
        [tr(name) for name in TABS], key="wellbeing_tab", on_change="rerun"
    )
    # Always drawn, whichever tab is open: the video would end otherwise.
    with checkin:
        _guard(lambda: show_checkin_tab(desk, known, demo=demo))
    if history.open:
        with history:
            _guard(lambda: show_history_tab(desk, known, demo=demo))
    if team.open:
        with team:
            _guard(lambda: show_team_tab(demo=demo))


def _look_up(desk: WellbeingDesk) -> tuple[Known | None, str | None]:
    """Who is here, and what stands in the way of knowing.

    While the database is away, who joined before goes on, unrecorded.
    """
    try:
        known = look_up()
    except StorageError as error:
        return None, tr("Nothing is being recorded: {error}").format(error=told(error))
    except FerError as error:
        return None, told(error)
    if desk.is_busy and desk.member != known.member:
        desk.disagree()
    desk.member = known.member
    return known, None


def _guard(draw: Callable[[], None]) -> None:
    """A tab in trouble is one sentence; the others go on."""
    try:
        draw()
    except FerError as error:
        st.error(told(error))
