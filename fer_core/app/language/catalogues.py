"""The catalogues: one ``.po`` file per language, read whole once and never compiled on the disk.

Babel and what it knows of a language take some 8 MB: none of it is loaded for English.
"""

from functools import cache
from gettext import NullTranslations
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

FOLDER: Final = Path(__file__).parent
#: Where the browser's side of the pages lies, in the checkout.
SCRIPTS: Final = "fer_core/app/frontend/device"
#: The language that the code is written in; it needs no catalogue.
SOURCE: Final = "en"
#: Codes of the languages with a catalogue of their own.
TRANSLATED: Final = ("de", "tr")


def path_of(code: str) -> Path:
    """The file of a language."""
    return FOLDER / f"{code}.po"


def read_catalogue(code: str) -> "Catalog":
    """What stands in the file of a language, as it is there."""
    from babel.messages.pofile import read_po

    with path_of(code).open("rb") as file:
        return read_po(file, locale=code, abort_invalid=True)


@cache
def browser_texts(code: str) -> dict[str, str | list[str]]:
    """English text -> text, or the form for one and that for more, of all that scripts show.

    ``make messages`` notes with each text where it stands.
    """
    if code not in TRANSLATED:
        return {}
    found: dict[str, str | list[str]] = {}
    for one in read_catalogue(code):
        if any(path.startswith(SCRIPTS) for path, _ in one.locations):
            is_counted = isinstance(one.id, tuple)
            found[one.id[0] if is_counted else str(one.id)] = (
                [*(one.string or "")] if is_counted else str(one.string)
            )
    return found


@cache
def translations_of(code: str) -> NullTranslations:
    """The texts of a language; what is missing or marked as fuzzy stays English."""
    if code not in TRANSLATED:
        return NullTranslations()
    from babel.messages.mofile import write_mo
    from babel.support import Translations

    binary = BytesIO()
    write_mo(binary, read_catalogue(code))
    binary.seek(0)
    return Translations(binary)
