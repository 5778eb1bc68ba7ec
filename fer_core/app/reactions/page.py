"""The Reactions page: visitors watch a clip; who runs the server sees them together."""

import streamlit as st

from fer_core.access import Role
from fer_core.app.access.rights import current_access
from fer_core.app.language.spoken import told, tr
from fer_core.app.reactions.desk import this_desk
from fer_core.app.reactions.studies import show_studies
from fer_core.app.reactions.texts import INTRO
from fer_core.app.reactions.together import show_demonstration, show_operator
from fer_core.app.reactions.watch import show_taking_back, show_watching
from fer_core.errors import FerError
from fer_core.reactions import Shelf, StudyShelf


def show_reactions_page() -> None:
    """Draw the page."""
    st.title(tr("Reactions"), anchor=False)
    st.markdown(tr(INTRO))
    shelf = Shelf()
    clips = shelf.clips()
    there = {clip.key for clip in clips}
    studies = StudyShelf().studies()
    whole = [one for one in studies if {item.clip for item in one.items} <= there]
    is_operator = current_access().has(Role.EDUCATOR, Role.MANAGER)
    names = [tr("Watch"), tr("Together")]
    tabs = st.tabs(names, key="reactions_tab", on_change="rerun") if is_operator else None
    with tabs[0] if tabs is not None else st.container():
        try:
            if clips:
                show_watching(this_desk(), shelf, clips, whole)
                show_taking_back(shelf)
            else:
                st.info(
                    tr("There is no clip yet. Add one in Together.")
                    if is_operator
                    else tr(
                        "There is no clip yet. Whoever runs this server adds one, or others with "
                        "the role educator or manager."
                    )
                )
                show_demonstration()
        except FerError as error:
            st.error(told(error))
    if tabs is not None and tabs[1].open:
        with tabs[1]:
            try:
                show_studies(clips, studies)
                show_operator(shelf, clips)
            except FerError as error:
                st.error(told(error))
