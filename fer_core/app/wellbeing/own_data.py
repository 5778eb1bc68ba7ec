"""One's own data: export, withdraw, erase."""

import io
import tempfile
from collections.abc import Sequence
from datetime import datetime

import streamlit as st

from fer_core.app.access import cookies
from fer_core.app.language.spoken import moment, told, tr
from fer_core.app.parts.zone import visitor_zone
from fer_core.app.wellbeing.consent import PURPOSE_NAMES
from fer_core.app.wellbeing.desk import WellbeingDesk, this_desk
from fer_core.app.wellbeing.membership import Known, forget_visitor, look_up
from fer_core.errors import FerError, StorageError
from fer_core.storage import audit, shared_store
from fer_core.storage.consents import standing_consents
from fer_core.storage.export import write_json, write_samples_csv
from fer_core.storage.persons import find_person, withdraw_consents
from fer_core.storage.tables import Consent
from fer_core.text import mark

#: A sentence for the next run to say.
SAID = "wellbeing_said"
_ASKED = "wellbeing_erase_asked"
#: The purpose of consents that are no wellbeing ones.
_CLASSROOM = mark("Classroom")


def own_id() -> int:
    """Asked anew by every callback: whose browser this is now.

    Raises:
        StorageError: nobody's, or the database cannot be used.
    """
    known = look_up()
    if known.person is None:
        raise StorageError(tr("This browser has no pseudonym any more; nothing was changed."))
    return known.person.id


def show_rights(known: Known, desk: WellbeingDesk) -> None:
    """Buttons for all of it, and the key of the pseudonym."""
    st.subheader(tr("Your data"), anchor=False)
    key = cookies.read_token(cookies.PERSON) or ""
    assert known.person is not None
    with shared_store().read() as session:
        consents = standing_consents(session, person_id=known.person.id)
    with st.container(horizontal=True):
        st.download_button(
            tr("Export CSV"),
            lambda: _export(key, "csv"),
            "mien-wellbeing.csv",
            "text/csv",
            icon=":material/download:",
            on_click="ignore",
        )
        st.download_button(
            tr("Export JSON"),
            lambda: _export(key, "json"),
            "mien-wellbeing.json",
            "application/json",
            icon=":material/download:",
            on_click="ignore",
        )
        if consents:
            st.button(
                tr("Withdraw consent"),
                icon=":material/do_not_disturb_on:",
                on_click=_withdraw,
                help=tr(
                    "All of it. Nothing more is recorded, and no team's figures hold you; your "
                    "data stay until you erase them or their time is over."
                ),
            )
        st.button(
            tr("Erase everything"),
            icon=":material/delete_forever:",
            key="wellbeing_erase",
            on_click=lambda: st.session_state.update({_ASKED: True}),
        )
    if st.session_state.get(_ASKED):
        _show_confirmation(desk)
    _show_consents(consents, known)
    if key:
        with st.expander(tr("Key of your pseudonym"), icon=":material/key:"):
            st.markdown(
                tr(
                    "With it you come back from another browser. Whoever has it sees your course: "
                    "keep it like a password."
                )
            )
            st.code(key, language=None, wrap_lines=True)


def _export(key: str, kind: str) -> bytes:
    """The file, made when it is asked for: outside of the page's run, so by the key alone.

    Raises:
        StorageError: nobody has this key any more, or the database cannot be used.
    """
    store = shared_store()
    with store.read() as session:
        person = find_person(session, key=key)
    if person is None:
        raise StorageError("This pseudonym is erased; there is nothing to export.")
    write = write_samples_csv if kind == "csv" else write_json
    # A file without a name: it is gone with the process, and not as large as Python's objects.
    with tempfile.TemporaryFile() as file:
        with io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True) as out:
            try:
                write(store.read, out, person_id=person.id)
            except LookupError as error:
                raise StorageError(
                    "This pseudonym was erased just now; there is nothing to export."
                ) from error
            with store.write() as session:  # only now: nobody waits while the file is made
                audit.note(
                    session,
                    action="exported",
                    subject=f"a person's data, {kind}",
                    now_s=store.now_s(),
                )
            file.seek(0)
            return file.read()


def _show_consents(consents: Sequence[Consent], known: Known) -> None:
    """Everything the person agreed to that stands, also what nothing is recorded under now."""
    if not consents:
        st.caption(tr("No consent of yours stands: nothing is recorded, and no figure holds you."))
        return
    zone = visitor_zone()
    with st.expander(tr("What you agreed to"), icon=":material/contract:"):
        for consent in consents:
            given = datetime.fromtimestamp(consent.given_s).astimezone(zone)
            name = consent.purpose.removeprefix("wellbeing/")
            is_present = (consent.purpose, consent.version) == known.terms.agreed_to
            line = tr(
                "**{purpose}**, version {version} of the text, given {time}, receipt {receipt}"
            )
            if not is_present and name != consent.purpose:
                line = tr(
                    "**{purpose}**, version {version} of the text, given {time}, receipt {receipt} "
                    "(an older text)"
                )
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(
                    line.format(
                        purpose=tr(PURPOSE_NAMES.get(name, _CLASSROOM)),
                        version=consent.version,
                        time=moment(given),
                        receipt=consent.receipt,
                    )
                )
                st.button(
                    tr("Withdraw this one"),
                    key=f"wellbeing-withdraw-{consent.id}",
                    type="tertiary",
                    on_click=_withdraw,
                    args=(consent.id,),
                )


def _withdraw(consent_id: int | None = None) -> None:
    """Withdraw one consent, or all that stand, to whatever purpose and version."""
    desk = this_desk()
    try:
        known, store = look_up(), shared_store()
        if known.person is None:
            return
        with store.write() as session:
            withdraw_consents(
                session, person_id=known.person.id, now_s=store.now_s(), consent_id=consent_id
            )
        if consent_id is None or known.member is None or known.member.consent_id == consent_id:
            desk.cancel()
            desk.member = None
        st.session_state[SAID] = tr("Your consent is withdrawn: nothing more is recorded.")
    except FerError as error:
        st.toast(told(error), icon=":material/error:")


def _show_confirmation(desk: WellbeingDesk) -> None:
    with st.container(border=True):
        st.markdown(
            tr(
                "**Erase everything?** Your pseudonym, consents, check-ins, notes and every second "
                "stored go from the database and its files, at once and for good."
            )
        )
        with st.container(horizontal=True):
            if st.button(tr("Yes, erase"), type="primary", key="wellbeing_erase_yes"):
                _erase(desk)
            st.button(
                tr("Keep them"),
                key="wellbeing_erase_no",
                on_click=lambda: st.session_state.pop(_ASKED, None),
            )


def _erase(desk: WellbeingDesk) -> None:
    """Drawn, not in a callback: a cookie can only be taken back while the page is drawn."""
    try:
        person_id = own_id()
        desk.cancel()
        store = shared_store()
        said = tr("Everything about you is erased.")
        try:
            store.erase(person_id=person_id)
        except StorageError as error:
            if look_up().person is not None:
                raise
            said = tr("Your data are erased; the cleaning of the files goes on: {error}").format(
                error=told(error)
            )
    except FerError as error:
        st.error(told(error))
        return
    desk.member = None
    st.session_state.pop(_ASKED, None)
    st.session_state[SAID] = said
    forget_visitor()
    st.rerun()
