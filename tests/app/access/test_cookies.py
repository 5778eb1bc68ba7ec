"""What a browser is to keep: at once for this visit, by cookie later, and whether it has it."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from fer_core.app.access import cookies
from fer_core.app.access.cookies import Keeping
from fer_core.storage import Store
from tests.app.fakes import written


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The cookies that the visitor's browser sends."""
    sent: dict[str, str] = {}
    monkeypatch.setattr(cookies, "read_cookie", sent.get)
    return sent


def show(page: Callable[[], None]) -> AppTest:
    return AppTest.from_function(page, default_timeout=120).run()


def test_what_is_remembered_holds_at_once_and_by_cookie_later(
    store: Store, browser: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    handed: list[dict[str, Any]] = []
    monkeypatch.setattr(cookies, "_courier", lambda: lambda **how: handed.append(how))
    monkeypatch.setattr(cookies, "has_door", lambda: True)

    def page() -> None:
        import streamlit as st

        from fer_core.app.access import cookies

        if st.button("Remember"):
            cookies.remember(cookies.PERSON, "secret")
        if st.button("Forget"):
            cookies.remember(cookies.PERSON, "")
        st.markdown(f"token {cookies.read_token(cookies.PERSON)}")
        cookies.deliver()

    def ticket() -> tuple[str, str] | None:
        return cookies.signer().open_ticket(json.loads(handed[-1]["data"])["tickets"][0], "")

    browser[cookies.PERSON] = cookies.signer().sign_cookie(cookies.PERSON, "from before")
    app = show(page)
    assert "token from before" in written(app)
    assert handed == []
    app.button[0].click().run()
    assert "token secret" in written(app)
    assert ticket() == (cookies.PERSON, "secret")
    app.button[1].click().run()
    assert "token None" in written(app)
    assert ticket() == (cookies.PERSON, "")


@pytest.mark.parametrize(
    ("answer", "keeping"),
    [
        (None, Keeping.WAITING),
        ({"ticket": "an older one", "isKept": True}, Keeping.WAITING),
        ({"isKept": True}, Keeping.KEPT),
        ({"isKept": False}, Keeping.FAILED),
    ],
)
def test_whether_the_browser_keeps_it_is_known_once_it_says_so(
    store: Store,
    browser: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    answer: dict[str, Any] | None,
    keeping: Keeping,
) -> None:
    handed: list[dict[str, Any]] = []
    monkeypatch.setattr(cookies, "_courier", lambda: lambda **how: handed.append(how))
    monkeypatch.setattr(cookies, "has_door", lambda: True)

    def page() -> None:
        import streamlit as st

        from fer_core.app.access import cookies

        if st.button("Remember"):
            cookies.remember(cookies.PERSON, "secret", asks=True)
        st.markdown(f"it is {cookies.keeping_of(cookies.PERSON)}")
        cookies.deliver()

    app = show(page)
    assert f"it is {Keeping.KEPT}" in written(app), "nothing was asked for"
    app.button[0].click().run()
    assert f"it is {Keeping.WAITING}" in written(app)
    (ticket,) = json.loads(handed[-1]["data"])["asked"]
    # What the component's callback does, which AppTest cannot call.
    state = {cookies._COURIER: {"answer": answer and {"ticket": ticket, **answer}}}
    with monkeypatch.context() as patch:
        patch.setattr(cookies.st, "session_state", state)
        handed[-1]["on_answer_change"]()
    if cookies._ANSWER in state:
        app.session_state[cookies._ANSWER] = state[cookies._ANSWER]
    app.run()
    assert f"it is {keeping}" in written(app)
    asked = json.loads(handed[-1]["data"])["asked"]
    assert asked == ([ticket] if keeping is Keeping.WAITING else []), "no telling twice"
