"""Who is before the page, the terms in force, and how one joins."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import streamlit as st

from fer_core.access import AttemptLimiter, network_of
from fer_core.app.access import cookies
from fer_core.app.language.spoken import number, told, tr
from fer_core.app.parts.zone import visitor_zone
from fer_core.app.wellbeing.consent import Terms, make_receipt
from fer_core.app.wellbeing.desk import WellbeingDesk
from fer_core.errors import FerError, InputError
from fer_core.storage import persons, shared_store
from fer_core.storage.tables import Person
from fer_core.text import markdown_escape
from fer_core.wellbeing.recording import Member

_RECEIPT = "wellbeing_receipt"
_SUGGESTED = "wellbeing_suggested"
_TEAM = "wellbeing_team"
#: Set for one run by who joins or comes back.
JOINED = "wellbeing_joined"


@lru_cache(maxsize=1)
def _limiter() -> AttemptLimiter:
    """Wrong keys by address."""
    return AttemptLimiter(10, 600.0)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the visitor on this run.

    Attributes:
        terms: in force now.
        person: whose key the browser holds; None for nobody.
        member: the person, if they agreed to these terms.
    """

    terms: Terms
    person: Person | None
    member: Member | None


def look_up() -> Known:
    """Who is here.

    Raises:
        FerError: the database or the data folder cannot be used.
    """
    store = shared_store()
    token = cookies.read_token(cookies.PERSON)
    with store.read() as session:
        terms = Terms.present(session)
        person = persons.find_person(session, key=token) if token else None
        agreed = person and persons.find_consent(
            session, person_id=person.id, purpose=terms.key, version=terms.version
        )
    member = (
        Member(person.id, person.pseudonym, person.team_id, agreed.id)
        if person is not None and agreed
        else None
    )
    return Known(terms, person, member)


def show_terms(terms: Terms) -> None:
    """The text that is agreed to."""
    with st.container(border=True):
        st.markdown(terms.written(markdown_escape))
        st.caption(tr("Version {version} of this text.").format(version=terms.version))


def show_joining(known: Known) -> None:
    """Pseudonym, team and consent; the one thing to do for who is new."""
    terms, person = known.terms, known.person
    st.header(tr("Join") if person is None else tr("Agree to begin"), anchor=False)
    if person is not None:
        st.markdown(
            tr(
                "You are **{name}**. Please read what you agree to; it is new to you or has "
                "changed."
            ).format(name=markdown_escape(person.pseudonym))
        )
    teams = []
    if terms.is_shared:
        with shared_store().read() as session:
            teams = persons.list_teams(session)
    if _SUGGESTED not in st.session_state:
        st.session_state[_SUGGESTED] = persons.suggest_pseudonym()
    with st.form("wellbeing_join", border=False):
        name = None
        if person is None:
            name = st.text_input(
                tr("Pseudonym"),
                st.session_state[_SUGGESTED],
                max_chars=40,
                help=tr("Keep the suggested one, or choose your own. Not your name."),
            )
        team_id = None
        if teams:
            ids: list[int | None] = [None, *(team.id for team in teams)]
            names = {team.id: team.name for team in teams}
            if person is not None and person.team_id in ids:
                st.session_state.setdefault(_TEAM, person.team_id)
            team_id = st.selectbox(
                tr("Team"),
                ids,
                format_func=lambda one: names.get(one or 0, tr("No team")),
                key=_TEAM,
            )
        show_terms(terms)
        agrees = st.checkbox(tr("I have read this and agree"))
        pressed = st.form_submit_button(tr("Join"), type="primary", icon=":material/how_to_reg:")
    if pressed and not agrees:
        st.warning(tr("To join, tick that you agree; without it nothing is recorded."))
    elif pressed:
        _join(known, name, team_id)
    if person is None:
        _show_return()
    if not cookies.has_door():
        st.caption(
            tr(
                "This app was started by `streamlit run`, which cannot set cookies: your pseudonym "
                "lasts until you close this tab, unless you keep its key."
            )
        )


def _join(known: Known, name: str | None, team_id: int | None) -> None:
    store, terms = shared_store(), known.terms
    try:
        with store.write() as session:
            now_s, key = store.now_s(), None
            person = known.person
            if person is None:
                made = persons.create_person(session, now_s=now_s, pseudonym=name)
                person, key = made.person, made.key
            person_id = person.id
            if person.team_id != team_id:
                # Nothing from before comes into the new team.
                persons.withdraw_consents(
                    session, person_id=person_id, now_s=now_s, purpose=terms.key
                )
            persons.join_team(session, person_id=person_id, team_id=team_id)
            consent = persons.give_consent(
                session,
                person_id=person_id,
                purpose=terms.key,
                version=terms.version,
                text=terms.text,
                now_s=now_s,
            )
            teams = {team.id: team.name for team in persons.list_teams(session)}
    except FerError as error:
        st.error(told(error))
        return
    st.session_state[_RECEIPT] = make_receipt(
        terms,
        pseudonym=person.pseudonym,
        receipt=consent.receipt,
        given_at=datetime.fromtimestamp(now_s).astimezone(visitor_zone()),
        team=teams.get(team_id or 0),
    )
    st.session_state.pop(_SUGGESTED, None)
    if key is not None:
        cookies.remember(cookies.PERSON, key, asks=True)
    st.session_state[JOINED] = True
    st.rerun()


def _show_return() -> None:
    """Back to a pseudonym from another browser."""
    with st.expander(tr("I have a pseudonym already"), icon=":material/key:"):
        with st.form("wellbeing_return", border=False):
            key = st.text_input(tr("Key"), type="password", help=tr("Shown under My history."))
            pressed = st.form_submit_button(tr("Come back"))
        if pressed:
            try:
                _come_back(key.strip())
            except FerError as error:
                st.error(told(error))


def _come_back(key: str) -> None:
    address = visitor_address()
    wait_s = _limiter().wait_s(address)
    if wait_s > 0:
        raise InputError(
            tr("Too many wrong keys; try again in {n} minutes.").format(n=number(wait_s / 60))
        )
    with shared_store().read() as session:
        person = persons.find_person(session, key=key) if key else None
    if person is None:
        _limiter().note_wrong(address)
        raise InputError(tr("No pseudonym has this key; check that you copied all of it."))
    _limiter().forget(address)
    cookies.remember(cookies.PERSON, key, asks=True)
    st.session_state[JOINED] = True
    st.rerun()


def visitor_address() -> str:
    """The address that the visitor comes from."""
    return network_of(str(st.context.ip_address or ""))


def greet(member: Member) -> str:
    """Who one is; not before the browser has the key, without which a reload knows nobody."""
    name = markdown_escape(member.pseudonym)
    match cookies.keeping_of(cookies.PERSON):
        case cookies.Keeping.KEPT:
            return tr("You are **{name}**.").format(name=name)
        case cookies.Keeping.WAITING:
            return tr(
                "**{name}** joined; this browser is still taking the key: do not reload yet."
            ).format(name=name)
        case cookies.Keeping.FAILED:
            failed = tr(
                "**{name}** joined, but this browser did not take the key: before you close or "
                "reload this page, copy it from My history."
            ).format(name=name)
            return f":material/warning: {failed}"


def show_receipt(desk: WellbeingDesk) -> None:
    """Once after joining: the receipt to keep."""
    receipt = st.session_state.get(_RECEIPT)
    if receipt is None or desk.is_busy:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        joined = tr("You joined. Your receipt says what you agreed to.")
        st.markdown(f":material/check: {joined}")
        st.download_button(
            tr("Receipt"),
            receipt,
            "mien-consent.txt",
            "text/plain",
            icon=":material/receipt_long:",
            on_click="ignore",
        )


def forget_visitor() -> None:
    """After erasing: nothing of the person stays with this browser or page."""
    cookies.remember(cookies.PERSON, "")
    for key in (_RECEIPT, _SUGGESTED, _TEAM):
        st.session_state.pop(key, None)
