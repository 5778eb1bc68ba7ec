"""What stands around every page: name and mark, who one is, and what the theme leaves to mend."""

import streamlit as st

from fer_core.access import Access, Role
from fer_core.app.access.rights import has_login, is_logged_in
from fer_core.app.language.spoken import tr
from fer_core.app.language.switch import show_switch
from fer_core.app.parts.component import source
from fer_core.text import mark

#: The name in it has an ink for each colour scheme, which its picture takes from the page: so it
#: follows at once where a device changes to dark, of which no run of the script is told.
_LOGO = source("logo.svg")
_WHO = {
    Role.VISITOR: (mark("a visitor"), ":material/person:"),
    Role.EDUCATOR: (mark("an educator"), ":material/school:"),
    Role.ANALYST: (mark("an analyst"), ":material/monitoring:"),
    Role.MANAGER: (mark("a manager"), ":material/groups:"),
    Role.OWNER: (mark("the owner"), ":material/key:"),
}
#: A page begins at its top, on a phone above all.
#: What only speaks with the browser takes no room in a row. The sidebar has the router's width only
#: where that reaches the browser before the navigation does; else it begins with 300 px.
#: Links of the navigation show the focus of the keyboard, which Streamlit's do not.
#: Besides: the theme's one primary colour cannot reach 4.5 to 1 both under white text and as text
#: on the dark page, so what it writes there (chosen tabs and segments) takes the links' colour.
_STYLE = """<style>
[data-testid="stMainBlockContainer"] h1 { padding-top: 0; padding-bottom: 0.5rem; }
[data-testid="stTabs"] [role="tab"][aria-selected="true"],
[data-testid="stTabs"] [role="tab"][aria-selected="true"] *,
[data-testid="stTabs"] [role="tab"]:hover *,
[data-testid="stButtonGroup"] [data-selected="true"],
[data-testid="stButtonGroup"] [data-selected="true"] * {
  color: light-dark(#4338A8, #B5AEFF) !important;
}
[data-testid="stSidebarNavLink"]:focus-visible {
  outline: 2px solid light-dark(#4338A8, #B5AEFF); outline-offset: 1px;
}
.mien-scrolls {
  font-size: 0.8rem; line-height: 1rem; height: 0; overflow-x: clip;
  margin-left: auto; white-space: nowrap; text-align: right; opacity: 0.75;
  width: clamp(0px, calc((var(--wanted) - 100%) * 999), 100%);
}
[data-testid="stLayoutWrapper"]:has(> [class*="st-key-quiet-"]) {
  position: absolute; width: 0 !important; overflow: hidden;
}
[data-testid="stSidebar"][data-collapsed="false"][style*="width: 300px"] {
  width: 220px !important; min-width: 220px !important;
}
</style>"""


def who_text(access: Access) -> str:
    """The highest role of a visitor, and the name that the owner gave them."""
    name = tr(_WHO[access.role][0])
    return f"{name}, {access.label}" if access.label and access.role is not Role.OWNER else name


def show_frame(access: Access) -> None:
    """Draw it; the router calls this on every run, before the page."""
    st.logo(_LOGO, size="large")
    st.html(_STYLE)
    with st.sidebar:
        st.badge(
            tr("You are {who}").format(who=who_text(access)),
            icon=_WHO[access.role][1],
            color="gray",
        )
        if has_login():
            _show_login()
        show_switch()


def _show_login() -> None:
    if is_logged_in():
        st.button(tr("Log out"), on_click=st.logout, icon=":material/logout:", key="log-out")
    else:
        st.button(tr("Log in"), on_click=st.login, icon=":material/login:", key="log-in")
