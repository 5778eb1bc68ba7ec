"""The catalogues hold every text of the pages, with the same places and forms."""

import re
import subprocess
import sys

import pytest
from babel.messages.catalog import Catalog, Message

from fer_core.app.language.catalogues import SOURCE, TRANSLATED, read_catalogue, translations_of
from fer_core.app.language.language import NAMES
from fer_core.config import PROJECT_ROOT as ROOT

_PLACE = re.compile(r"{(\w*)}")


def forms(text: object) -> list[str]:
    """The forms of a text, one or several."""
    return [str(one) for one in text] if isinstance(text, (tuple, list)) else [str(text)]


def faults(catalogue: Catalog) -> list[str]:
    """What is wrong with a catalogue, a line each."""
    return [f"{one.id!r}: {why}" for one in catalogue if one.id and (why := fault_of(one))]


def fault_of(one: Message) -> str:
    """What is wrong with one translation; empty where nothing is."""
    if one.fuzzy:
        return "nobody has looked at it (fuzzy)"
    given = forms(one.string)
    if isinstance(one.id, tuple) and len(given) < 2:
        return "it has one form"
    if not all(text.strip() for text in given):
        return "it is empty"
    # A form for one need not say the number.
    wanted = set(_PLACE.findall(forms(one.id)[-1]))
    if any(set(_PLACE.findall(text)) != wanted for text in given):
        return f"it has other places than {wanted}: {given}"
    ends = {text[-1:] in ".:?!" for text in [forms(one.id)[0], *given]}
    return "" if len(ends) == 1 else "one of both is no sentence"


@pytest.mark.parametrize("code", TRANSLATED)
def test_every_text_is_translated_whole(code: str) -> None:
    assert faults(read_catalogue(code)) == []


def test_what_the_pages_say_is_what_the_catalogues_hold() -> None:
    """Else: make messages."""
    done = subprocess.run(
        [sys.executable, ROOT / "scripts/messages.py", "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_there_is_a_name_for_every_language() -> None:
    assert set(NAMES) == {SOURCE, *TRANSLATED}


def test_a_catalogue_is_read_once() -> None:
    assert translations_of("de") is translations_of("de")


@pytest.mark.parametrize(
    ("text", "given", "fault"),
    [
        ("Stop", "", "empty"),
        ("{n} s", "{m} s", "other places"),
        (("{n} face", "{n} faces"), ("{n} Gesicht", ""), "empty"),
        ("It is over.", "Vorbei", "no sentence"),
    ],
)
def test_a_faulty_translation_is_found(text: object, given: object, fault: str) -> None:
    catalogue = Catalog(locale="de", fuzzy=False)
    catalogue.add(text, given)
    (found,) = faults(catalogue)
    assert fault in found


def test_a_translation_that_nobody_looked_at_is_found() -> None:
    catalogue = Catalog(locale="de", fuzzy=False)
    catalogue.add("Stop", "Halt", flags=["fuzzy"])
    assert "fuzzy" in faults(catalogue)[0]
