"""Every word of the Live page is from a catalogue: of a language of brackets, none is outside."""

import json
import re
from collections.abc import Iterator
from gettext import NullTranslations
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from fer_core.app.language import spoken
from fer_core.app.language.language import Language
from tests.app.live.conftest import Browser, browser, open_app

__all__ = ["browser"]

#: Names and units, which are no words; and dates, which the locale writes.
_NAMES = r"\bmien[\w-]*|\b(CSV|JSON|ms|int8|fer\w*|dcnn\d*|lenet)\b|[0-9a-f]{8,}"
SAME = re.compile(rf"\d+\. \w+ \d{{4}}|{_NAMES}|\d[\w.]*", re.IGNORECASE)
_PARTS = ("title", "header", "subheader", "markdown", "caption", "info", "warning", "error")
_WIDGETS = ("button", "selectbox", "toggle", "expander", "download_button")
#: Of the page's own components: what is shown, not what is told between page and server.
_SHOWN = {"label", "text", "head", "figures", "alt", "ticks", "heads", "table", "rows", "bars"}


class _Brackets(NullTranslations):
    """Has everything in brackets."""

    def gettext(self, message: str) -> str:
        return f"⟦{message}⟧"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return f"⟦{msgid1 if n == 1 else msgid2}⟧"

    def pgettext(self, context: str, message: str) -> str:
        return f"⟦{message}⟧"


@pytest.fixture(autouse=True)
def _speak_in_brackets(monkeypatch: pytest.MonkeyPatch) -> None:
    made = Language("de", _Brackets())
    monkeypatch.setattr(spoken, "language_of", lambda _: made)


def bare(text: str) -> str:
    """What stands outside of brackets and is a word; empty where nothing does."""
    inner = re.compile(r"⟦[^⟦⟧]*⟧")
    while inner.search(text):
        text = inner.sub("", text)
    text = re.sub(r":material/\w+:|:[\w-]+\[|<style.*?</style>|<[^>]*>", "", text, flags=re.DOTALL)
    return " ".join(re.findall(r"[^\W\d_]{2,}", SAME.sub("", text)))


def shown(app: AppTest) -> Iterator[str]:
    for part in _PARTS:
        yield from (str(one.value) for one in app.get(part))
    for widget in _WIDGETS:
        for one in app.get(widget):
            yield str(one.proto.label)
            yield str(getattr(one.proto, "help", ""))
            yield from (str(option) for option in getattr(one.proto, "options", ()))
    for one in app.get("bidi_component"):
        yield from _told(json.loads(one.proto.bytes or b"null"))
    yield from (str(one.proto.body) for one in app.get("html"))


def _told(data: Any) -> Iterator[str]:
    if isinstance(data, dict):
        for name, value in data.items():
            if name in _SHOWN or isinstance(value, (dict, list)):
                yield from _told(value)
            elif name == "name" and "color" in data and isinstance(value, str):
                yield value
    elif isinstance(data, list):
        for value in data:
            yield from _told(value)
    elif isinstance(data, str):
        yield data


def _outside(app: AppTest) -> list[str]:
    assert not app.exception, app.exception
    return [f"{bare(text)} IN {text}" for text in shown(app) if bare(text)]


def test_no_word_of_the_live_page_stands_outside(browser: Browser) -> None:
    app = open_app()
    assert any("⟦Start⟧" in text for text in shown(app))
    assert _outside(app) == [], "before the start"
    app.button(key="start").click().run()
    assert _outside(app) == [], "while it runs"
    app.button(key="stop").click().run()
    assert any("⟦Moments⟧" in text for text in shown(app))
    assert _outside(app) == [], "results"


@pytest.mark.parametrize(
    ("text", "found"),
    [("⟦Stop⟧ now", "now"), ("⟦{n} of ⟦Start⟧⟧ · 3 ms", ""), (":material/flag: ⟦Mark⟧", "")],
)
def test_a_word_outside_is_found(text: str, found: str) -> None:
    assert bare(text) == found
