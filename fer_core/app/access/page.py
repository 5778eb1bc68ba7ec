"""The Access page: links that give roles, who has them, and the audit log. The owner's alone."""

from datetime import datetime, tzinfo

import streamlit as st

from fer_core.access import GIVEN_BY_LINK, Access, Role
from fer_core.access.links import MOST_DAYS, MOST_USES, list_links, make_link, revoke_link
from fer_core.app.access.api_keys import show_api_keys
from fer_core.app.access.rights import has_login, require_role
from fer_core.app.language.spoken import moment, ntr, number, told, tr, tr_in
from fer_core.app.parts.links import app_address, show_link
from fer_core.app.parts.scrolls import show_rows
from fer_core.app.parts.zone import visitor_zone
from fer_core.app.wellbeing.purpose import show_purpose
from fer_core.errors import FerError
from fer_core.storage import audit, shared_store
from fer_core.storage.access_tables import AccessLink
from fer_core.storage.export import write_csv
from fer_core.text import mark, mark_in, markdown_escape

_MADE = "access_made"
_PROBLEM = "access_problem"
MEANINGS = {
    Role.EDUCATOR: mark("Educator: opens rooms for a class"),
    Role.ANALYST: mark("Analyst: trains and compares models"),
    Role.MANAGER: mark("Manager: sees aggregates of teams"),
}
_NAMES = {
    Role.VISITOR: mark("Visitor"),
    Role.EDUCATOR: mark("Educator"),
    Role.ANALYST: mark("Analyst"),
    Role.MANAGER: mark("Manager"),
    Role.OWNER: mark("Owner"),
}
#: Their names in the file; on the page in the visitor's language.
_AUDIT_COLUMNS = [mark("time"), mark("number"), mark("holder"), mark("action"), mark("subject")]
#: What stands in the log, in the words of ``storage.audit``.
_ACTIONS = [
    mark_in("action", "looked"),
    mark_in("action", "exported"),
    mark_in("action", "erased"),
    mark_in("action", "changed"),
    mark_in("action", "gave"),
    mark_in("action", "withdrew"),
    mark_in("action", "opened"),
    mark_in("action", "closed"),
    mark_in("action", "entered"),
    mark_in("action", "left"),
    mark_in("action", "called"),
    mark_in("action", "confirmed"),
]


def show_access_page() -> None:
    """Draw the page."""
    access = require_role(Role.OWNER)
    st.title(tr("Access"), anchor=False)
    st.markdown(
        tr("Give others a role by a link, choose what this server is for, see who did what.")
    )
    zone = visitor_zone()
    try:
        _show_form(access)
        show_purpose()
        _show_links(access, zone)
        show_api_keys(access, zone)
        _show_audit(zone)
    except FerError as error:
        st.error(told(error))


def _show_form(access: Access) -> None:
    if has_login():
        st.info(tr("People log in here: their roles come from the setting FER_ROLES."))
    with st.form("link", border=True):
        role_place, label_place = st.columns(2)
        role = role_place.selectbox(
            tr("Role"), GIVEN_BY_LINK, format_func=lambda one: tr(MEANINGS[one])
        )
        label = label_place.text_input(
            tr("For whom"),
            max_chars=60,
            help=tr("Only you see this name, here and in the audit log."),
        )
        days_place, uses_place = st.columns(2)
        days = days_place.number_input(tr("Days until it ends"), 1, MOST_DAYS, 7)
        uses = uses_place.number_input(tr("Browsers it lets in"), 1, MOST_USES, 1)
        pressed = st.form_submit_button(
            tr("Make a link"), type="primary", icon=":material/add_link:"
        )
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
            st.error(told(error))
    if link := st.session_state.get(_MADE):
        st.success(tr("Hand this link over now: it is shown once, and only its hash is kept."))
        show_link(link)


def _show_links(access: Access, zone: tzinfo | None) -> None:
    st.header(tr("Links"), anchor=False)
    store = shared_store()
    with store.read() as session:
        links = list_links(session)
    if problem := st.session_state.pop(_PROBLEM, None):
        st.error(problem)
    now_s = store.now_s()
    for link, active, last_s in links:
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            is_own = link.id == access.link_id
            state = _state(link, now_s, zone)
            last = moment(_local(last_s, zone)) if last_s else None
            who = _browsers(active, last, is_own=is_own)
            st.markdown(f"**{markdown_escape(link.label)}**  \n{state} {who}")
            # A link that is used up still holds the access of those who opened it. The owner does
            # not lock themself out; another of their browsers, lost perhaps, can.
            if link.revoked_s is None and not is_own and (active or _is_open(link, now_s)):
                st.button(
                    tr("Withdraw"),
                    key=f"withdraw-{link.id}",
                    icon=":material/link_off:",
                    on_click=_withdraw,
                    args=(link.id,),
                )


def _is_open(link: AccessLink, now_s: int) -> bool:
    return link.revoked_s is None and link.uses < link.max_uses and link.expires_s > now_s


def _state(link: AccessLink, now_s: int, zone: tzinfo | None) -> str:
    role = tr(_NAMES[Role(link.role)])
    if link.revoked_s is not None:
        return tr("{role}, withdrawn.").format(role=role)
    if link.uses >= link.max_uses:
        return tr("{role}, used up.").format(role=role)
    if link.expires_s <= now_s:
        return tr("{role}, ended.").format(role=role)
    until = moment(_local(link.expires_s, zone))
    return tr("{role}, can be opened until {time}.").format(role=role, time=until)


def _browsers(n: int, last: str | None, *, is_own: bool) -> str:
    """How many came by a link, when the last of them did, and whether this one is among them."""
    if last and is_own:
        form = ntr(
            "{n} browser with access, last on {time}, this one.",
            "{n} browsers with access, last on {time}, this one.",
            n,
        )
    elif last:
        form = ntr(
            "{n} browser with access, last on {time}.",
            "{n} browsers with access, last on {time}.",
            n,
        )
    elif is_own:
        form = ntr("{n} browser with access, this one.", "{n} browsers with access, this one.", n)
    else:
        form = ntr("{n} browser with access.", "{n} browsers with access.", n)
    return form.format(n=number(n), time=last)


def _withdraw(link_id: int) -> None:
    access = require_role(Role.OWNER)
    store = shared_store()
    try:
        with store.write() as session:
            revoke_link(session, link_id=link_id, now_s=store.now_s(), number=access.number or 0)
    except FerError as error:
        st.session_state[_PROBLEM] = told(error)


def _show_audit(zone: tzinfo | None) -> None:
    st.header(tr("Audit log"), anchor=False)
    st.markdown(
        tr(
            "Who looked at which aggregate, exported, erased or changed something. People stand "
            "here as random numbers; what persons do with their own data cannot be traced to them."
        )
    )
    with shared_store().read() as session:
        entries = audit.list_entries(session)
    rows = [
        {
            "time": f"{_local(entry.at_s, zone):%Y-%m-%d %H:%M:%S}",
            "number": str(entry.number),
            "holder": holder,
            "action": entry.action,
            "subject": entry.subject,
        }
        for entry, holder in entries
    ]
    shown = [
        {tr(name): _said(value) if name == "action" else value for name, value in row.items()}
        for row in rows
    ]
    show_rows(shown, height="content" if len(rows) < 10 else 380)
    st.download_button(
        tr("Download CSV"),
        write_csv(_AUDIT_COLUMNS, rows),
        "mien-audit.csv",
        "text/csv",
        icon=":material/download:",
        on_click="ignore",
    )


def _said(action: str) -> str:
    return tr_in("action", action) if action in _ACTIONS else action


def _local(time_s: int, zone: tzinfo | None) -> datetime:
    return datetime.fromtimestamp(time_s).astimezone(zone)
