"""The pages as somebody sees them who should not, and the owner's Access page."""

import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from fer_core.access import Role
from fer_core.access import links as li
from fer_core.access.owner import make_owner_query
from fer_core.app.access import cookies
from fer_core.app.access import rights as access_module
from fer_core.app.access.rights import current_access, current_role, may_train, require_role
from fer_core.config import settings
from fer_core.storage import Store, audit
from fer_core.text import markdown_escape
from tests.app.fakes import enter, written

ROOT = Path(__file__).parents[3]


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The cookies that the visitor's browser sends."""
    sent: dict[str, str] = {}
    monkeypatch.setattr(cookies, "read_cookie", sent.get)
    return sent


def show(page: Callable[[], None]) -> AppTest:
    return AppTest.from_function(page, default_timeout=120).run()


def access_page() -> None:
    from fer_core.app.access.page import show_access_page

    show_access_page()


@pytest.mark.parametrize("role", [None, Role.EDUCATOR, Role.ANALYST, Role.MANAGER])
def test_the_access_page_is_the_owners_alone(
    store: Store, browser: dict[str, str], role: Role | None
) -> None:
    owner = make_owner_query(store)
    if role:
        enter(store, browser, role)
    app = show(access_page)
    assert not app.exception
    assert [title.value for title in app.title] == ["Not open to you"]
    assert not app.dataframe
    assert not app.text_input
    assert "This page is the owner's" in written(app)
    assert str(owner) not in written(app)


@pytest.mark.parametrize(
    "value",
    ["", "owner", "1", "{}", "' OR 1=1--", "eyJyb2xlIjoib3duZXIifQ.aWEvoQ.AAAA", "x" * 4000],
)
def test_forged_cookies_are_nobodys(store: Store, browser: dict[str, str], value: str) -> None:
    enter(store, browser, Role.OWNER)
    browser[cookies.ACCESS] = value
    assert [title.value for title in show(access_page).title] == ["Not open to you"]


def test_a_cookie_for_another_purpose_or_deployment_is_nobodys(
    store: Store, browser: dict[str, str]
) -> None:
    from fer_core.access import Signer

    token = enter(store, browser, Role.OWNER)
    for value in (
        cookies.signer().sign_cookie(cookies.PERSON, token),
        cookies.signer().make_ticket(cookies.ACCESS, token, ""),
        Signer(b"x" * 32).sign_cookie(cookies.ACCESS, token),
        token,
    ):
        browser[cookies.ACCESS] = value
        assert [title.value for title in show(access_page).title] == ["Not open to you"]


def test_a_withdrawn_access_ends_on_the_next_run(store: Store, browser: dict[str, str]) -> None:
    enter(store, browser, Role.OWNER)
    app = show(access_page)
    assert [title.value for title in app.title] == ["Access"]
    with store.write() as session:
        link = li.list_links(session)[0][0]
        li.revoke_link(session, link_id=link.id, now_s=store.now_s(), number=1)
    app.run()
    assert [title.value for title in app.title] == ["Not open to you"]


def test_the_owner_makes_a_link_withdraws_it_and_reads_the_log(
    store: Store, browser: dict[str, str]
) -> None:
    enter(store, browser, Role.OWNER)
    app = show(access_page)
    app.text_input[0].set_value("Ms <b>Weber</b> :red[x] ![i](http://x)")
    app.button[0].click().run()
    assert not app.exception
    link = app.code[0].value
    assert "?key=" in link
    label = next(text.value for text in app.markdown if "Weber" in text.value)
    assert r"\<b\>Weber\<\/b\> \:red\[x\] \!\[i\]\(" in label
    token = link.split("key=")[1]
    with store.write() as session:
        held = li.redeem(session, token=token, now_s=store.now_s())
    withdraw = [button for button in app.button if button.label == "Withdraw"]
    withdraw[0].click().run()
    assert not app.exception
    with store.read() as session:
        assert li.find_access(session, token=held, now_s=store.now_s()).role is Role.VISITOR
    app.run()
    actions = list(app.dataframe[0].value["action"])
    assert actions[:3] == ["withdrew", "entered", "gave"]


def test_a_wrong_name_is_one_sentence(store: Store, browser: dict[str, str]) -> None:
    enter(store, browser, Role.OWNER)
    app = show(access_page)
    app.text_input[0].set_value("a\u202eb")
    app.button[0].click().run()
    assert "U+202E" in written(app)
    assert not app.code
    assert not app.exception


def test_the_withdraw_button_asks_again_who_presses_it(
    store: Store, browser: dict[str, str]
) -> None:
    """A page left open by somebody whose right ended meanwhile."""
    enter(store, browser, Role.OWNER)
    with store.write() as session:
        made = li.make_link(session, role=Role.MANAGER, label="A", now_s=store.now_s(), number=1)
    app = show(access_page)
    enter(store, browser, Role.EDUCATOR)
    app.button(key=f"withdraw-{made.link.id}").click().run()
    with store.read() as session:
        assert all(link.revoked_s is None for link, _, _ in li.list_links(session))


def test_the_menu_lists_access_for_the_owner_only(store: Store, browser: dict[str, str]) -> None:
    source = (ROOT / "streamlit_app.py").read_text(encoding="utf-8")
    assert "if may.has(Role.OWNER)" in source
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=120)
    app.switch_page("pages/access.py").run()
    assert "Links" not in [header.value for header in app.header]


@pytest.mark.parametrize(
    ("role", "allowed", "trains"),
    [
        (None, "0", False),
        (None, "1", True),
        (Role.MANAGER, "0", False),
        (Role.ANALYST, "0", True),
        (Role.OWNER, "0", True),
    ],
)
def test_who_may_train(
    store: Store,
    browser: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    role: Role | None,
    allowed: str,
    trains: bool,
) -> None:
    monkeypatch.setenv("FER_ALLOW_TRAINING", allowed)
    settings.cache_clear()
    if role:
        enter(store, browser, role)
    assert may_train() is trains
    assert current_role() is (role or Role.VISITOR)


class Login:
    """What ``st.user`` says of somebody logged in."""

    def __init__(self, **claims: Any) -> None:
        self.is_logged_in = bool(claims)
        self._claims = claims

    def to_dict(self) -> dict[str, Any]:
        return self._claims


def test_a_login_has_the_roles_of_the_settings(
    store: Store, browser: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FER_ROLES", '{"manager": ["ada@x.org"], "educator": ["group:t"]}')
    settings.cache_clear()
    monkeypatch.setattr(access_module, "has_login", lambda: True)
    state: dict[str, Any] = {}
    monkeypatch.setattr(access_module.st, "session_state", state)

    def access_of(**claims: Any) -> Any:
        monkeypatch.setattr(access_module.st, "user", Login(**{"iat": time.time(), **claims}))
        return current_access()

    nobody = access_of()
    assert (nobody.role, nobody.number) == (Role.VISITOR, None)
    ada = access_of(iss="i", sub="1", email="Ada@x.org", groups=["t"])
    assert ada.roles == {Role.VISITOR, Role.MANAGER, Role.EDUCATOR}
    assert access_of(iss="i", sub="1", email="Ada@x.org", groups=["t"]).number == ada.number
    assert access_of(iss="i", sub="2", email="Ada@x.org").number != ada.number
    assert access_of(iss="i", sub="1", email="eve@x.org").role is Role.VISITOR
    with store.read() as session:
        assert {label for _, label in audit.list_entries(session)} <= {""}


def test_a_database_that_is_away_makes_everybody_a_visitor(
    store: Store, browser: dict[str, str], tmp_path: Path
) -> None:
    enter(store, browser, Role.OWNER)
    shutil.move(tmp_path / "mien.sqlite3", tmp_path / "away")
    assert current_access().role is Role.VISITOR
    shutil.move(tmp_path / "away", tmp_path / "mien.sqlite3")
    assert current_access().role is Role.OWNER


def test_require_role_stops_the_page(store: Store, browser: dict[str, str]) -> None:
    def page() -> None:
        import streamlit as st

        from fer_core.access import Role
        from fer_core.app.access.rights import require_role

        access = require_role(Role.EDUCATOR, Role.MANAGER)
        st.markdown(f"secret for {access.role}")

    assert "secret" not in written(show(page))
    enter(store, browser, Role.MANAGER)
    assert "secret for manager" in written(show(page))
    assert require_role(Role.VISITOR).role is Role.MANAGER


@pytest.mark.parametrize(
    "text", ["<b>x</b>", "**x**", ":red[x]", "![a](http://b)", "$x$", "`x`", "a_b_", "# x", "1. x"]
)
def test_plain_text_has_no_meaning(text: str) -> None:
    shown = markdown_escape(text)
    assert (shown[0], shown[-1]) == ("\u2068", "\u2069")
    inner = shown[1:-1]
    assert inner.replace("\\", "") == text
    for at, character in enumerate(inner):
        if character in "<>*:[]!()$`_#.":
            assert inner[at - 1] == "\\"
