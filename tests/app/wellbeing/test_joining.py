"""How one joins: consent, pseudonym, receipt, and a key that the browser keeps."""

import pytest

from fer_core.app.access import cookies
from fer_core.storage.tables import Consent
from tests.app.wellbeing.visitor import Visitor, consent, press, texts


def test_without_consent_nobody_joins(visitor: Visitor) -> None:
    app = press(visitor.open(), "Join")
    assert "tick that you agree" in texts(app)
    assert visitor.person() is None


def test_joining_keeps_the_consent_and_gives_a_receipt(visitor: Visitor) -> None:
    app = visitor.join(visitor.open(), "Ada <b>x</b> :red[y]")
    person = visitor.person()
    assert person is not None
    assert person.pseudonym == "Ada <b>x</b> :red[y]"
    assert r"\<b\>x\<\/b\> \:red\[y\]" in texts(app)
    with visitor.store.read() as session:
        given = session.query(Consent).one()
    assert (given.purpose, given.version) == ("wellbeing/self", "3.0")
    receipt = app.session_state["wellbeing_receipt"]
    assert given.receipt in receipt
    assert given.text_sha256 in receipt
    assert "Receipt" in [button.proto.label for button in app.get("download_button")]
    assert not any(visitor.stream.asked), "the camera waits for a press"


@pytest.mark.parametrize(
    ("is_kept", "said"), [(None, "do not reload yet"), (True, "You are"), (False, "did not take")]
)
def test_who_one_is_is_said_once_the_browser_has_the_key(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch, is_kept: bool | None, said: str
) -> None:
    """Whoever reloaded in between was nobody, though the page had said 'You are'."""
    monkeypatch.setattr(cookies, "has_door", lambda: True)
    monkeypatch.setattr(cookies, "_courier", lambda: lambda **how: None)
    app = visitor.join(visitor.open())
    if is_kept is not None:
        ticket = app.session_state[f"ticket-{cookies.PERSON}"]
        app.session_state["cookie_answer"] = {"ticket": ticket, "isKept": is_kept}
        app.run()
    assert said in texts(app)
    assert ("You are" in texts(app)) is bool(is_kept)


@pytest.mark.parametrize("name", ["", "a\u202eb"])
def test_an_impossible_pseudonym_is_one_sentence(visitor: Visitor, name: str) -> None:
    app = visitor.open()
    app.text_input[0].set_value(name)
    consent(app).check()
    press(app, "Join")
    assert not app.exception
    assert len(app.error) == 1
    assert "pseudonym" in app.error[0].value
    assert visitor.person() is None
