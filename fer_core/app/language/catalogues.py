"""The catalogues: one ``.po`` file per language, read whole once and never compiled on the disk."""

from functools import cache
from gettext import NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

FOLDER: Final = Path(__file__).parent
#: The language that the code is written in; it needs no catalogue.
SOURCE: Final = "en"
#: Codes of the languages with a catalogue of their own.
TRANSLATED: Final = ("de", "tr")


def path_of(code: str) -> Path:
    """The file of a language."""
    return FOLDER / f"{code}.po"


def read_catalogue(code: str) -> Catalog:
    """What stands in the file of a language, as it is there."""
    with path_of(code).open("rb") as file:
        return read_po(file, locale=code, abort_invalid=True)


@cache
def translations_of(code: str) -> NullTranslations:
    """The texts of a language; what is missing or marked as fuzzy stays English."""
    if code not in TRANSLATED:
        return NullTranslations()
    binary = BytesIO()
    write_mo(binary, read_catalogue(code))
    binary.seek(0)
    return Translations(binary)
