"""The page in other languages: what is kept of a consent is what was read, and files stay as is."""

import hashlib

import pytest

from fer_core.app.language.language import language_of
from fer_core.app.language.spoken import KEY, speaking
from fer_core.app.studio import state
from fer_core.app.studio.receipt import make_receipt
from fer_core.labels import EMOTIONS
from fer_core.studio import StudioSet, consent_text
from fer_core.studio.consent import CONSENT_VERSION, RecordingConsent
from fer_core.studio.guide import advise
from tests.app.fakes import written
from tests.app.studio.conftest import open_page

Made = tuple[StudioSet, dict[str, RecordingConsent]]


@pytest.mark.parametrize("code", ["de", "tr"])
def test_a_consent_is_kept_as_it_was_read(made: Made, code: str) -> None:
    found, _ = made
    info = found.info()
    read = language_of(code).tr(consent_text(info.title, info.until_s))
    assert "Lab one" in read
    assert read != consent_text(info.title, info.until_s)
    app = open_page(**{KEY: code})
    with speaking(language_of(code)):  # the test's own side words the options, too
        app.text_input(key="studio-pseudonym").set_value("cleo")
        app.checkbox(key="studio-agrees").check().run()
        app.button(key="studio-enrol").click().run()
        assert not app.exception
        app.session_state[KEY] = "en"
        app.run()
    given = found.info().participants["cleo"].consents[0]
    assert given.text_sha256 == hashlib.sha256(read.encode()).hexdigest()
    assert given.version == CONSENT_VERSION, "of one version in every language"
    receipt = app.session_state["studio-desk"].receipt
    assert read in receipt, "whatever is spoken since"
    assert given.text_sha256 in receipt
    assert given.receipt in receipt


def test_the_english_receipt_is_as_it_was(made: Made) -> None:
    found, consents = made
    info = found.info()
    text = consent_text(info.title, info.until_s)
    with speaking(language_of("en")):
        lines = make_receipt(info, "anna", consents["anna"], text).splitlines()
    assert lines[0] == "Receipt of a consent, data set studio of Mien"
    assert lines[2:5] == [
        f"Receipt      {consents['anna'].receipt}",
        "Pseudonym    anna",
        "Data set     Lab one",
    ]
    assert lines[9] == text
    assert hashlib.sha256(text.encode()).hexdigest() == consents["anna"].text_sha256


def test_what_is_stored_keeps_the_english_names(made: Made, owner: None) -> None:
    found, _ = made
    app = open_page(state.CURATE, **{KEY: "de"})
    assert "Ärger" in app.selectbox(key="studio-relabel").options
    with speaking(language_of("de")):  # the test's own side words the options, too
        app.selectbox(key="studio-show").select("disgust").run()
    assert not app.exception
    assert "Gesichter: 8" in written(app)
    assert {row.emotion for row in found.rows()} == set(EMOTIONS[:3])


@pytest.mark.parametrize("view", state.VIEWS)
def test_every_view_is_drawn_in_german(made: Made, owner: None, view: str) -> None:
    shown = written(open_page(view, **{KEY: "de"}))
    assert "aufbewahrt bis" in shown
    assert "kept until" not in shown


def test_advice_is_one_sentence_with_its_values() -> None:
    takes, faces = dict.fromkeys(EMOTIONS, 1), dict.fromkeys(EMOTIONS, 9) | {"fear": 2}
    advice = advise(takes, faces, EMOTIONS)
    assert advice.startswith("Round 1 is over. One more would help most with fear")
    assert "Runde 1" in language_of("de").tr(advice)
