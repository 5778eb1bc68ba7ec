"""The page in other languages: the consent above all, whose words are kept as a hash."""

import hashlib

import pytest
from streamlit.testing.v1 import AppTest

from fer_core.app.language.language import language_of
from fer_core.app.language.spoken import KEY, speaking
from fer_core.app.wellbeing.consent import PURPOSE_NAMES, Terms
from fer_core.storage.tables import Consent
from tests.app.wellbeing.visitor import Visitor, choose, page, press, texts


def opened(code: str) -> AppTest:
    app = AppTest.from_function(page, default_timeout=60)
    app.session_state[KEY] = code
    app.run()
    assert not app.exception, app.exception
    return app


@pytest.mark.parametrize(
    ("code", "agree", "join", "head", "law"),
    [
        ("de", "Ich habe dies gelesen", "Beitreten", "Was wird gespeichert?", "Art. 5 Abs. 1"),
        ("tr", "Bunu okudum", "Katıl", "Ne saklanır?", "madde 5(1)(f)"),
    ],
)
def test_a_consent_is_kept_as_it_was_read(
    visitor: Visitor, code: str, agree: str, join: str, head: str, law: str
) -> None:
    choose(visitor.store, "research")
    app = opened(code)
    shown = texts(app)
    assert head in shown
    assert law in shown
    assert "What is stored?" not in shown
    next(box for box in app.checkbox if box.label.startswith(agree)).check()
    press(app, join)
    assert not app.exception, app.exception
    receipt = app.session_state["wellbeing_receipt"]
    with visitor.store.read() as session:
        given = session.query(Consent).one()
        terms = Terms.present(session)
    with speaking(language_of(code)):
        words = terms.text
    assert head in receipt
    assert given.text_sha256 in receipt
    assert given.text_sha256 == hashlib.sha256(words.encode()).hexdigest()
    assert given.version == terms.version == "3.1", "of one version in every language"


@pytest.mark.parametrize("code", ["de", "tr"])
@pytest.mark.parametrize("purpose", PURPOSE_NAMES)
def test_every_text_names_the_same_facts(code: str, purpose: str) -> None:
    terms = Terms(purpose, {"reason": "night {shifts}"}, "3.7", 11, 222)
    english = terms.text
    with speaking(language_of(code)):
        said = terms.text
    heads = [one for one in said.split("\n\n") if one.startswith("**")]
    assert len(heads) == len(english.split("\n\n")) == 6
    assert "222" in said
    assert ("11" in said) is ("11" in english)
    assert ("night {shifts}" in said) is ("night {shifts}" in english)
