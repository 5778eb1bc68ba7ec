"""Keys for programs on the Access page: made, shown once, withdrawn."""

from datetime import datetime, tzinfo

import streamlit as st

from fer_core.access import Access, Role
from fer_core.access.api_keys import (
    MOST_DAYS,
    MOST_PER_MINUTE,
    list_api_keys,
    make_api_key,
    revoke_api_key,
)
from fer_core.app.access import cookies
from fer_core.app.access.rights import require_role
from fer_core.app.language.spoken import date, number, told, tr
from fer_core.app.parts.links import app_address
from fer_core.config import settings
from fer_core.errors import FerError
from fer_core.storage import shared_store
from fer_core.storage.access_tables import ApiKey
from fer_core.text import markdown_escape

_MADE = "access_made_key"
_PROBLEM = "access_key_problem"


def show_api_keys(access: Access, zone: tzinfo | None) -> None:
    """The section: a form, the new key, and all there are."""
    st.header(tr("Keys for programs"), anchor=False)
    st.markdown(
        tr(
            "A program that sends pictures and videos to the HTTP API needs a key. Nothing that it "
            "sends is stored but an analysis's result, for an hour at most."
        )
    )
    if not cookies.has_door():
        st.info(tr("The HTTP API needs the app to be started by `python -m fer_core serve`."))
        return
    _show_form(access)
    if problem := st.session_state.pop(_PROBLEM, None):
        st.error(problem)
    store = shared_store()
    with store.read() as session:
        keys = list_api_keys(session)
    for key in keys:
        _show_key(key, store.now_s(), zone)


def _show_form(access: Access) -> None:
    with st.form("api-key", border=True):
        label = st.text_input(
            tr("For which program"),
            max_chars=60,
            help=tr("Only you see this name, here and in the log."),
        )
        days_place, rate_place, size_place = st.columns(3)
        most_mb = settings().max_upload_mb
        days = days_place.number_input(tr("Days until it ends"), 1, MOST_DAYS, 90, key="api-days")
        rate = rate_place.number_input(tr("Requests a minute"), 1, MOST_PER_MINUTE, 60)
        size = size_place.number_input(tr("Megabytes an upload"), 1, most_mb, min(100, most_mb))
        pressed = st.form_submit_button(tr("Make a key"), icon=":material/key:")
    if pressed:
        st.session_state.pop(_MADE, None)
        store = shared_store()
        try:
            with store.write() as session:
                made = make_api_key(
                    session,
                    label=label,
                    now_s=store.now_s(),
                    number=access.number or 0,
                    days=int(days),
                    per_minute=int(rate),
                    max_mb=int(size),
                )
            st.session_state[_MADE] = made.token
        except FerError as error:
            st.error(told(error))
    if token := st.session_state.get(_MADE):
        st.success(tr("Hand this key over now: it is shown once, and only its hash is kept."))
        st.code(token, language=None, wrap_lines=True)
        st.markdown(tr("What it opens: {address}").format(address=f"[{_address()}]({_address()})"))


def _show_key(key: ApiKey, now_s: int, zone: tzinfo | None) -> None:
    holds = key.revoked_s is None and key.expires_s > now_s
    if key.revoked_s is not None:
        state = tr("Withdrawn.")
    elif not holds:
        state = tr("Ended.")
    else:
        until = datetime.fromtimestamp(key.expires_s).astimezone(zone)
        state = tr("Holds until {day}.").format(day=date(until))
    limits = tr("{n} requests a minute, {size} MB an upload.").format(
        n=number(key.per_minute, grouped=True), size=number(key.max_mb, grouped=True)
    )
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{markdown_escape(key.label)}**  \n{state} {limits}")
        if holds:
            st.button(
                tr("Withdraw"),
                key=f"withdraw-key-{key.id}",
                icon=":material/key_off:",
                on_click=_withdraw,
                args=(key.id,),
            )


def _withdraw(key_id: int) -> None:
    access = require_role(Role.OWNER)
    store = shared_store()
    try:
        with store.write() as session:
            revoke_api_key(session, key_id=key_id, now_s=store.now_s(), number=access.number or 0)
    except FerError as error:
        st.session_state[_PROBLEM] = told(error)


def _address() -> str:
    """Where the API's page is, as the owner reaches this server."""
    return f"{app_address()}/api/v1/"
