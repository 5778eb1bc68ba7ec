"""The Access page: links that give roles, who has them, and the audit log. The owner's alone."""

from datetime import datetime, tzinfo

import streamlit as st

from fer_core.access import GIVEN_BY_LINK, Access, Role
from fer_core.access.links import MOST_DAYS, MOST_USES, list_links, make_link, revoke_link
from fer_core.app.access.api_keys import show_api_keys
from fer_core.app.access.rights import has_login, require_role
from fer_core.app.parts.links import app_address, show_link
from fer_core.app.parts.scrolls import show_rows
from fer_core.app.parts.zone import visitor_zone
from fer_core.app.wellbeing.purpose import show_purpose
from fer_core.errors import FerError
from fer_core.storage import audit, shared_store
from fer_core.storage.export import write_csv
from fer_core.text import markdown_escape

_MADE = "access_made"
_PROBLEM = "access_problem"
MEANINGS = {
    Role.EDUCATOR: "Educator: opens rooms for a class",
    Role.ANALYST: "Analyst: trains and compares models",
    Role.MANAGER: "Manager: sees aggregates of teams",
}
_AUDIT_COLUMNS = ["time", "number", "holder", "action", "subject"]


def show_access_page() -> None:
    """Draw the page."""
    access = require_role(Role.OWNER)
    st.title("Access", anchor=False)
    st.markdown("Give others a role by a link, choose what this server is for, see who did what.")
    zone = visitor_zone()
    try:
        _show_form(access)
        show_purpose()
        _show_links(access, zone)
        show_api_keys(access, zone)
        _show_audit(zone)
    except FerError as error:
        st.error(str(error))


def _show_form(access: Access) -> None:
    if has_login():
        st.info("People log in here: their roles come from the setting FER_ROLES.")
    with st.form("link", border=True):
        role_place, label_place = st.columns(2)
        role = role_place.selectbox("Role", GIVEN_BY_LINK, format_func=MEANINGS.__getitem__)
        label = label_place.text_input(
            "For whom", max_chars=60, help="Only you see this name, here and in the audit log."
        )
        days_place, uses_place = st.columns(2)
        days = days_place.number_input("Days until it ends", 1, MOST_DAYS, 7)
        uses = uses_place.number_input("Browsers it lets in", 1, MOST_USES, 1)
        pressed = st.form_submit_button("Make a link", type="primary", icon=":material/add_link:")
    if pressed:
        st.session_state.pop(_MADE, None)
        try:
            store = shared_store()
            with store.write() as session:
                made = make_link(
                    session,
                    role=role,
                    label=label,
                    now_s=store.now_s(),
                    days=int(days),
                    max_uses=int(uses),
                    number=access.number or 0,
                )
            st.session_state[_MADE] = f"{app_address()}/?key={made.token}"
        except FerError as error:
            st.error(str(error))
    if link := st.session_state.get(_MADE):
        st.success("Hand this link over now: it is shown once, and only its hash is kept.")
        show_link(link)


def _show_links(access: Access, zone: tzinfo | None) -> None:
    st.header("Links", anchor=False)
    store = shared_store()
    with store.read() as session:
        links = list_links(session)
    if problem := st.session_state.pop(_PROBLEM, None):
        st.error(problem)
    now_s = store.now_s()
    for link, active, last_s in links:
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            if link.revoked_s is not None:
                state = "withdrawn"
            elif link.uses >= link.max_uses:
                state = "used up"
            elif link.expires_s <= now_s:
                state = "ended"
            else:
                state = f"can be opened until {_local(link.expires_s, zone)}"
            came = f", last on {_local(last_s, zone)}" if last_s else ""
            browsers = f"{active} browser" + ("" if active == 1 else "s")
            is_own = link.id == access.link_id
            st.markdown(
                f"**{markdown_escape(link.label)}**  \n{link.role.capitalize()}, {state}. "
                f"{browsers} with access{came}{', this one' if is_own else ''}."
            )
            # A link that is used up still holds the access of those who opened it. The owner does
            # not lock themself out; another of their browsers, lost perhaps, can.
            if link.revoked_s is None and not is_own and (active or state.startswith("can")):
                st.button(
                    "Withdraw",
                    key=f"withdraw-{link.id}",
                    icon=":material/link_off:",
                    on_click=_withdraw,
                    args=(link.id,),
                )


def _withdraw(link_id: int) -> None:
    access = require_role(Role.OWNER)
    store = shared_store()
    try:
        with store.write() as session:
            revoke_link(session, link_id=link_id, now_s=store.now_s(), number=access.number or 0)
    except FerError as error:
        st.session_state[_PROBLEM] = str(error)


def _show_audit(zone: tzinfo | None) -> None:
    st.header("Audit log", anchor=False)
    st.markdown(
        "Who looked at which aggregate, exported, erased or changed something. People stand here "
        "as random numbers; what persons do with their own data cannot be traced to them."
    )
    with shared_store().read() as session:
        entries = audit.list_entries(session)
    rows = [
        {
            "time": _local(entry.at_s, zone, "%Y-%m-%d %H:%M:%S"),
            "number": str(entry.number),
            "holder": holder,
            "action": entry.action,
            "subject": entry.subject,
        }
        for entry, holder in entries
    ]
    show_rows(rows, height="content" if len(rows) < 10 else 380)
    st.download_button(
        "Download CSV",
        write_csv(_AUDIT_COLUMNS, rows),
        "mien-audit.csv",
        "text/csv",
        icon=":material/download:",
        on_click="ignore",
    )


def _local(time_s: int, zone: tzinfo | None, form: str = "%d %B %Y, %H:%M") -> str:
    return datetime.fromtimestamp(time_s).astimezone(zone).strftime(form)
