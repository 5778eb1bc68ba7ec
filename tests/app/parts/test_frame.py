"""What stands around every page."""

import pytest
from streamlit.testing.v1 import AppTest

from fer_core.access import Access, Role
from fer_core.app.parts import frame
from fer_core.app.parts.frame import who_text
from tests.app.fakes import written
from tests.app.pages import ROUTER


@pytest.mark.parametrize(
    ("access", "text"),
    [
        (Access(), "a visitor"),
        (Access(frozenset({Role.VISITOR, Role.OWNER}), label="Ann"), "the owner"),
        (Access(frozenset({Role.VISITOR, Role.EDUCATOR}), label="7b"), "an educator, 7b"),
    ],
)
def test_who_one_is(access: Access, text: str) -> None:
    assert who_text(access) == text


def test_access_says_whose_page_it_is_to_who_may_not_open_it() -> None:
    app = AppTest.from_file(ROUTER, default_timeout=60)
    app.switch_page("pages/access.py").run()
    assert not app.exception, app.exception
    assert "This page is the owner's" in written(app)


@pytest.mark.parametrize(("is_logged_in", "key"), [(True, "log-out"), (False, "log-in")])
def test_whoever_may_log_in_finds_it_on_every_page(
    is_logged_in: bool, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def page() -> None:
        from fer_core.access import Access
        from fer_core.app.parts.frame import show_frame

        show_frame(Access())

    assert not AppTest.from_function(page).run().sidebar.button
    monkeypatch.setattr(frame, "has_login", lambda: True)
    monkeypatch.setattr(frame, "is_logged_in", lambda: is_logged_in)
    app = AppTest.from_function(page).run()
    assert not app.exception, app.exception
    assert [button.key for button in app.sidebar.button] == [key]
