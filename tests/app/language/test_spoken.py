"""Whose language is spoken: the visitor's own, however many there are, and in whatever thread."""

import threading
from datetime import UTC, datetime

import pytest
from streamlit.testing.v1 import AppTest

from fer_core.app.language import spoken as spoken_module
from fer_core.app.language.catalogues import translations_of
from fer_core.app.language.emotions import MARKED, emotion, emotion_title, emotion_words
from fer_core.app.language.language import NAMES, Language, language_of, nearest
from fer_core.app.language.spoken import KEY, choose, ntr, number, percent, speaking, told, tr
from fer_core.errors import InputError
from fer_core.labels import EMOTIONS, UNSURE
from fer_core.text import Sentence, mark

AT = datetime(2026, 11, 5, 18, 4, tzinfo=UTC)


def page() -> None:
    """Says a word, and again after a press, from within the callback."""
    import streamlit as st

    from fer_core.app.language.spoken import tr

    st.text(tr("Start"))
    st.button("again", on_click=lambda: st.session_state.update(said=tr("Stop")))
    st.text(st.session_state.get("said", ""))


def speaker(code: str) -> AppTest:
    app = AppTest.from_function(page)
    app.session_state[KEY] = code
    return app


def test_visitors_with_different_languages_are_served_at_once() -> None:
    words = {"en": ("Start", "Stop"), "de": ("Start", "Stopp"), "tr": ("Başlat", "Durdur")}
    apps = {code: speaker(code).run() for code in words}
    for code, app in apps.items():  # each pressed after all have been drawn
        app.button[0].click().run()
        assert tuple(one.value for one in app.text) == words[code]


def test_another_language_is_spoken_from_the_next_run_on() -> None:
    app = speaker("de").run()
    app.session_state[KEY] = "tr"
    assert app.run().text[0].value == "Başlat"


def test_a_thread_of_no_page_speaks_english_unless_it_is_given_a_language() -> None:
    said = []

    def speak() -> None:
        said.append(tr("Stop"))
        with speaking(language_of("tr")):
            said.append(tr("Stop"))
        said.append(tr("Stop"))

    with speaking(language_of("de")):  # this thread's alone
        thread = threading.Thread(target=speak)
        thread.start()
        thread.join(timeout=60)
        assert tr("Stop") == "Stopp"
    assert said == ["Stop", "Durdur", "Stop"]


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        (["de-AT"], "de"),
        (["tr_TR", "de"], "tr"),
        (["fr-FR", "en-GB", "de"], "en"),
        (["", "fr", " de"], "de"),
        (["xx"], "en"),
        ([], "en"),
    ],
)
def test_the_browser_chooses(wanted: list[str], code: str) -> None:
    assert nearest(wanted) == code


@pytest.mark.parametrize(
    ("kept", "locale", "accepted", "code"),
    [
        ({KEY: "tr"}, "de-DE", "de", "tr"),
        ({KEY: "<script>"}, "de-DE", "", "de"),
        ({}, "fr-FR", "fr, tr;q=0.8, en;q=0.5", "tr"),
        ({}, None, "", "en"),
    ],
)
def test_what_was_chosen_before_counts_more_than_the_browser(
    kept: dict[str, str],
    locale: str | None,
    accepted: str,
    code: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Context:
        cookies = kept
        headers = {"Accept-Language": accepted}  # noqa: RUF012

    Context.locale = locale  # type: ignore[attr-defined]
    monkeypatch.setattr(spoken_module.st, "context", Context)
    assert speaker_code() == code


def speaker_code() -> str:
    """What a new session begins with."""
    return str(spoken_module._first_choice())


def test_an_unknown_language_is_not_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spoken_module.st, "session_state", {})
    choose("xx")
    assert spoken_module.st.session_state == {}
    choose("tr")
    assert spoken_module.st.session_state == {KEY: "tr"}


@pytest.mark.parametrize(
    ("code", "amount", "share", "moment"),
    [
        ("en", "1,234.50", "69.5 %", "05 November 2026, 18:04"),
        ("de", "1.234,50", "69,5\u00a0%", "5. November 2026, 18:04"),
        ("tr", "1.234,50", "%69,5", "5 Kasım 2026, 18:04"),
    ],
)
def test_numbers_and_dates_are_written_as_the_language_does(
    code: str, amount: str, share: str, moment: str
) -> None:
    with speaking(language_of(code)):
        assert number(1234.5, 2, grouped=True) == amount
        assert percent(0.695) == share
        assert language_of(code).moment(AT) == moment


@pytest.mark.parametrize(
    ("code", "moment"),
    [("en", "05 November, 18:04"), ("de", "5. November, 18:04"), ("tr", "5 Kasım, 18:04")],
)
def test_a_moment_of_this_year_needs_no_year(code: str, moment: str) -> None:
    assert language_of(code).moment(AT, year=False) == moment


def test_numbers_keep_their_sign() -> None:
    assert language_of("de").number(0.5, 2, signed=True) == "+0,50"


@pytest.mark.parametrize(
    ("code", "one", "many"), [("en", "1 error", "2 errors"), ("tr", "1 hata", "2 hata")]
)
def test_the_form_follows_the_count(code: str, one: str, many: str) -> None:
    with speaking(language_of(code)):
        said = [ntr("{n} error", "{n} errors", n).format(n=n) for n in (1, 2)]
    assert said == [one, many]


def test_expressions_are_named_once_and_files_keep_their_names() -> None:
    assert set(MARKED) >= {*EMOTIONS, UNSURE}
    assert [emotion(name) for name in MARKED] == [*MARKED], "as the code has them, in English"
    with speaking(language_of("tr")):
        assert emotion_title("disgust") == "İğrenme", "the small i keeps its dot"
        assert emotion("a name of no emotion") == "a name of no emotion"
        assert emotion_words()["angry"] == "öfke"
    with speaking(language_of("de")):
        assert [emotion_title(name) for name in ("angry", "neutral")] == ["Ärger", "Neutral"]


def test_an_error_is_told_in_the_visitors_language() -> None:
    text = mark("No face in view")
    full = (
        "All {n} places are taken: a place is free again when someone leaves, so this page keeps "
        "trying."
    )
    error = InputError(Sentence(full, n=3))
    assert str(error).startswith("All 3 places are taken")
    with speaking(language_of("de")):
        assert told(error).startswith("Alle 3 Plätze sind besetzt")
        assert told(InputError(text)) == "Kein Gesicht im Bild"
        assert told(InputError("A file {x} is broken.")) == "A file {x} is broken."


def test_a_language_from_right_to_left_says_so() -> None:
    arabic = Language("ar", translations_of("ar"))
    assert arabic.direction == "rtl"
    assert {language_of(code).direction for code in NAMES} == {"ltr"}
