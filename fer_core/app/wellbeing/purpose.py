"""The owner's choice: under which purpose others may join and be counted; and the teams."""

from datetime import datetime

import streamlit as st

from fer_core.access import Role
from fer_core.app.access.rights import require_role
from fer_core.app.language.spoken import moment, told, tr
from fer_core.app.parts.zone import visitor_zone
from fer_core.app.wellbeing.consent import LAW, PURPOSE_NAMES
from fer_core.errors import FerError
from fer_core.storage import persons, shared_store
from fer_core.storage.choices import choose_purpose, current_purpose, list_choices
from fer_core.text import markdown_escape


def purpose_text() -> str:
    """The purpose in force, in a sentence."""
    with shared_store().read() as session:
        current = current_purpose(session)
    return tr("Purpose in force: **{purpose}**.").format(purpose=tr(PURPOSE_NAMES[current]))


def show_purpose() -> None:
    """The form, and what was chosen before; the owner's alone."""
    access = require_role(Role.OWNER)
    store = shared_store()
    with store.read() as session:
        current, before = current_purpose(session), list_choices(session, key="purpose")
    with st.expander(tr("Purpose"), icon=":material/gavel:"):
        only = tr(
            "Only with one of the other purposes do others' figures count for a team or a class."
        )
        st.markdown(f"{purpose_text()} {only} {tr(LAW)}")
        names = list(PURPOSE_NAMES)
        chosen = st.radio(
            tr("Purpose"),
            names,
            index=names.index(current),
            format_func=lambda name: tr(PURPOSE_NAMES[name]),
            key="wellbeing_purpose",
        )
        details: dict[str, str | bool] = {}
        if chosen == "medical_or_safety":
            details["reason"] = st.text_input(tr("Reason"), max_chars=300)
        elif chosen == "research":
            details["reference"] = st.text_input(tr("Reference of the study"), max_chars=300)
            details["ethics_approved"] = st.checkbox(tr("An ethics board approved it"))
        elif chosen == "permitted_here":
            details["jurisdiction"] = st.text_input(
                tr("Jurisdiction, outside the European Union"), max_chars=300
            )
            details["law_confirmed"] = st.checkbox(tr("I have checked that its law permits this"))
        if st.button(tr("Choose this purpose"), key="wellbeing_choose"):
            try:
                with store.write() as session:
                    choose_purpose(
                        session,
                        purpose=chosen,
                        number=access.number or 0,
                        now_s=store.now_s(),
                        **details,
                    )
            except FerError as error:
                st.error(told(error))
            else:
                st.rerun()
        zone = visitor_zone()
        for choice in before[:5]:
            when = datetime.fromtimestamp(choice.made_s).astimezone(zone)
            name = tr(PURPOSE_NAMES.get(str(choice.value["purpose"]), ""))
            said = "; ".join(
                markdown_escape(value)
                for key, value in choice.value.items()
                if key != "purpose" and isinstance(value, str)
            )
            line = tr("Version {version}, {time}: {purpose}").format(
                version=choice.version, time=moment(when), purpose=name
            )
            st.caption(f"{line}. {said}" if said else line)


def show_teams() -> None:
    """Make teams that people can choose when they join; for managers."""
    require_role(Role.MANAGER)
    store = shared_store()
    with store.read() as session:
        teams = persons.list_teams(session)
    with st.expander(tr("Teams"), icon=":material/groups:"):
        if teams:
            st.markdown(", ".join(markdown_escape(team.name) for team in teams))
        with st.form("wellbeing_team_form", border=False, clear_on_submit=True):
            name = st.text_input(tr("Name of a new team"), max_chars=40)
            pressed = st.form_submit_button(tr("Add team"), icon=":material/group_add:")
        if pressed:
            try:
                with store.write() as session:
                    persons.create_team(session, name=name, now_s=store.now_s())
            except FerError as error:
                st.error(told(error))
            else:
                st.rerun()
