"""What scripts in the browser are handed, so that they say what the server's side would say."""

from typing import Any

from fer_core.app.language.catalogues import browser_texts
from fer_core.app.language.emotions import emotion_words
from fer_core.app.language.spoken import spoken, tr
from fer_core.app.parts.measures import WORDS


def language_data() -> dict[str, Any]:
    """The visitor's language, for ``words.js``: texts by their English ones, and how it writes
    numbers and labels."""
    language = spoken()
    return {
        "code": language.code,
        "texts": {**browser_texts(language.code), **{text: tr(text) for text in WORDS.values()}},
        "decimal": language.decimal,
        "percent": language.percent_form,
        "emotions": emotion_words(),
    }
