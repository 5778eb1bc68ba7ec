"""Keys for programs on the Access page."""

import pytest
from streamlit.testing.v1 import AppTest

from fer_core.access import Role
from fer_core.access import links as li
from fer_core.access.api_keys import find_api_key, list_api_keys, make_api_key
from fer_core.app.access import cookies
from fer_core.errors import AccessError
from fer_core.storage import Store
from tests.app.fakes import enter, written


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The cookies that the visitor's browser sends, to a server with the door."""
    sent: dict[str, str] = {}
    monkeypatch.setattr(cookies, "read_cookie", sent.get)
    monkeypatch.setattr(cookies, "_door_is_open", True)
    return sent


def show() -> AppTest:
    def page() -> None:
        from fer_core.app.access.page import show_access_page

        show_access_page()

    return AppTest.from_function(page, default_timeout=120).run()


def test_the_owner_makes_a_key_sees_it_once_and_withdraws_it(
    store: Store, browser: dict[str, str]
) -> None:
    enter(store, browser, Role.OWNER)
    app = show()
    app.text_input[1].set_value("Lab <b>script</b>")
    app.number_input(key="api-days").set_value(7)
    next(button for button in app.button if button.label == "Make a key").click().run()
    assert not app.exception
    token = app.code[0].value
    with store.read() as session:
        key = find_api_key(session, token=token, now_s=store.now_s())
        assert (key.per_minute, key.max_mb, key.expires_s - key.created_s) == (60, 100, 7 * 86_400)
    assert token not in written(show())
    app.button(key=f"withdraw-key-{key.id}").click().run()
    assert not app.exception
    with store.read() as session, pytest.raises(AccessError):
        find_api_key(session, token=token, now_s=store.now_s())
    app.run()
    assert list(app.dataframe[0].value["action"])[:2] == ["withdrew", "gave"]


def test_the_withdraw_button_asks_again_who_presses_it(
    store: Store, browser: dict[str, str]
) -> None:
    enter(store, browser, Role.OWNER)
    with store.write() as session:
        made = make_api_key(session, label="A", now_s=store.now_s(), number=1)
    app = show()
    enter(store, browser, Role.EDUCATOR)
    app.button(key=f"withdraw-key-{made.key.id}").click().run()
    with store.read() as session:
        assert [key.revoked_s for key in list_api_keys(session)] == [None]
        assert li.has_owner(session, now_s=store.now_s())


def test_without_a_name_there_is_no_key(store: Store, browser: dict[str, str]) -> None:
    enter(store, browser, Role.OWNER)
    app = show()
    next(button for button in app.button if button.label == "Make a key").click().run()
    assert not app.exception
    assert app.error
    assert not app.code


def test_under_plain_streamlit_there_is_no_form(
    store: Store, browser: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cookies, "_door_is_open", False)
    enter(store, browser, Role.OWNER)
    app = show()
    assert "needs the app to be started" in written(app)
    assert "Make a key" not in [button.label for button in app.button]
