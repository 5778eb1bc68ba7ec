"""Who is before the page, asked anew on every run: pages and their data, not only the menu.

A page begins with::

    access = require_role(Role.MANAGER)

and every fragment or callback that reads or changes data does so again.
"""

import logging
import time
from typing import NoReturn

import streamlit as st

from fer_core.access import VISITOR, Access, Role, network_of
from fer_core.access.links import find_access, note_login
from fer_core.access.login import is_current, roles_from_claims
from fer_core.app.access import cookies
from fer_core.app.keeping import ensure_keeper
from fer_core.app.language.spoken import told, tr
from fer_core.config import settings
from fer_core.errors import AccessError, FerError
from fer_core.hosting import is_loopback
from fer_core.storage import audit, shared_store

_log = logging.getLogger(__name__)
_LOGIN_KEY = "access_login"


def current_access() -> Access:
    """What the visitor may do now. Whatever goes wrong, the answer is a mere visitor's access."""
    try:
        return _from_login() or _from_cookie() or VISITOR
    except FerError as error:
        _log.warning("Access could not be looked up: %s", error)
        return VISITOR


def current_role() -> Role:
    """The highest role of the visitor."""
    return current_access().role


def require_role(*roles: Role) -> Access:
    """The visitor's access, if it has one of the roles; else the page says so and ends here."""
    access = current_access()
    if not access.has(*roles):
        _refuse(*roles)
    return access


def may_train(access: Access | None = None) -> bool:
    """Whether the visitor may train models: analysts and the owner; everybody where
    FER_ALLOW_TRAINING says so, as ``serve`` does on loopback."""
    return settings().allow_training or (access or current_access()).has(Role.ANALYST)


def may_see_faces(access: Access | None = None) -> bool:
    """Whether pictures of a data set that this server holds may be shown: to those who may train.

    Told to everybody on the About page. Recordings are narrower still: see ``studio.state``.
    """
    return may_train(access)


def is_owner() -> bool:
    """Whether the visitor is who runs this server: no sentence speaks of them as somebody else."""
    return current_access().has(Role.OWNER)


def require_training() -> Access:
    """As ``require_role``, for what trains models."""
    access = current_access()
    if not may_train(access):
        _refuse(Role.ANALYST)
    return access


def note_action(action: str, subject: str) -> None:
    """Say in the audit log what the visitor did, under the number of their access.

    Raises:
        StorageError: the database cannot be used: then it is not to be done either.
    """
    store, access = shared_store(), current_access()
    with store.write() as session:
        audit.note(
            session, action=action, subject=subject, now_s=store.now_s(), number=access.number
        )


def visitor_network() -> str:
    """The network that the visitor comes from, as limits count it; empty for this computer."""
    address = st.context.ip_address or ""
    return "" if is_loopback(address) else network_of(address)


def begin_run() -> Access:
    """Called first by the router, on every run: the visitor's access, for the menu."""
    if not cookies.has_door():
        ensure_keeper()
    return current_access()


def end_run() -> None:
    """Called last by the router, on every run."""
    cookies.deliver()


def has_login() -> bool:
    """Whether OpenID Connect is configured, so that ``st.login`` works."""
    return st.secrets.load_if_toml_exists() and bool(st.secrets.get("auth"))


def is_logged_in() -> bool:
    """Whether the visitor logged in, and no longer than FER_LOGIN_HOURS ago."""
    return bool(st.user.is_logged_in) and is_current(
        st.user.to_dict(), now_s=time.time(), hours=settings().login_hours
    )


def _refuse(*roles: Role) -> NoReturn:
    st.title(tr("Not open to you"), anchor=False)
    if roles == (Role.OWNER,):
        st.info(
            tr(
                "This page is the owner's: of whoever runs this server. They open it by the link "
                "that the server printed when it started, or that `python -m fer_core owner-link` "
                "prints."
            ),
            icon=":material/lock:",
        )
    else:
        try:
            VISITOR.require(*roles)
        except AccessError as error:
            st.info(told(error), icon=":material/lock:")
    if has_login():
        if not is_logged_in():
            st.button(tr("Log in"), type="primary", on_click=st.login, icon=":material/login:")
    elif not cookies.has_door():
        st.caption(
            tr(
                "Links that give a role need the app to be started by `python -m fer_core serve`; "
                "this one was started by `streamlit run`."
            )
        )
    st.stop()


def _from_cookie() -> Access | None:
    token = cookies.read_token(cookies.ACCESS)
    if token is None:
        return None
    store = shared_store()
    with store.read() as session:
        return find_access(session, token=token, now_s=store.now_s())


def _from_login() -> Access | None:
    if not has_login() or not is_logged_in():
        return None
    claims = st.user.to_dict()
    roles = roles_from_claims(claims, settings().roles)
    if roles == VISITOR.roles:
        return VISITOR
    subject = f"{claims.get('iss', '')} {claims.get('sub', '')}"
    known = st.session_state.get(_LOGIN_KEY)
    if known is None or known[0] != (subject, roles):
        store = shared_store()
        with store.write() as session:
            access = note_login(
                session,
                subject=subject,
                label=str(claims.get("email") or claims.get("name") or "login"),
                roles=roles,
                now_s=store.now_s(),
            )
        st.session_state[_LOGIN_KEY] = known = ((subject, roles), access)
    found: Access = known[1]
    return found
