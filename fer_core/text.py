"""Text that people type: cleaned to be kept, and made safe to show, compare and open elsewhere; and
how shares are written."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Self

from fer_core.errors import InputError

#: Joiners that Persian, Hindi and emoji need; every other invisible mark is refused, above all
#: those that turn the direction of what stands behind them.
_JOINERS = "\u200c\u200d"
_SPACES = re.compile(r"\s+")

#: What Streamlit's Markdown gives a meaning to; a backslash before punctuation takes it away
#: (CommonMark, "Backslash escapes"). ``:`` begins icons and colours, ``$`` formulas.
_SPECIAL = re.compile(r"([!-/:-@\[-`{-~])")
#: The same within a sentence of ours, whose full stops and backticks are meant.
_MARKUP = re.compile(r"([$*~\[\]])")

#: Isolates the text's direction, so that it cannot turn what stands beside it.
_ISOLATE, _END = "\u2068", "\u2069"


def mark(text: str) -> str:
    """The text itself: pages show it in the visitor's language (``fer_core.app.language``).

    For what is written on one floor and shown on another: ``make messages`` collects what stands in
    the brackets.
    """
    return text


class Sentence(str):
    """A sentence with values in it, which can still be said in another language.

    It is its English text to all that know nothing of it.

    Args:
        template: marked, with ``{names}`` for the values.
        values: what stands in their place.
    """

    template: str
    values: dict[str, Any]

    def __new__(cls, template: str, **values: Any) -> Self:
        made = super().__new__(cls, template.format(**values) if values else template)
        made.template, made.values = template, values
        return made


def mark_in(context: str, text: str) -> str:  # noqa: ARG001
    """The text itself, as above, for a word that means something else elsewhere."""
    return text


def percent(value: float) -> str:
    """``0.695`` -> ``69.5 %``."""
    return f"{value * 100:.1f} %"


def count_of(number: int, noun: str, many: str = "") -> str:
    """``1, "face"`` -> ``1 face``, ``1200, "face"`` -> ``1,200 faces``; ``many``: its plural."""
    return f"{number:,} {noun if number == 1 else many or noun + 's'}"


def printable_name(name: str | Path) -> str:
    """The name on one line and encodable anywhere, whatever bytes the file system allows."""
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in str(name)
    )


def clean_name(text: str, *, noun: str = "name", longest: int = 40) -> str:
    """A name as it is kept: composed (NFC), with single spaces.

    Any letters, quotes and brackets may stand in it; showing it is a matter of
    ``markdown_escape`` on the pages. Control characters, line breaks and direction marks may not.

    Raises:
        InputError: empty, too long, or with a character that may not stand in it.
    """
    name = _SPACES.sub(" ", unicodedata.normalize("NFC", text.replace("\n", " "))).strip()
    if not name:
        raise InputError(f"The {noun} is empty; type at least one character.")
    if len(name) > longest:
        raise InputError(f"The {noun} has {len(name)} characters; at most {longest} are possible.")
    for character in name:
        hidden = unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn")
        if hidden and character not in _JOINERS:
            raise InputError(
                f"The {noun} holds an invisible character (U+{ord(character):04X}); leave it out."
            )
    if not any(unicodedata.category(character)[0] in "LNSP" for character in name):
        raise InputError(f"The {noun} has nothing to see; type at least one letter.")
    return name


def fold_name(name: str) -> str:
    """What two names have in common that look alike: compatibility forms, case and spaces."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return (
        unicodedata.normalize("NFKC", folded)
        .replace(" ", "")
        .translate(dict.fromkeys(map(ord, _JOINERS)))
    )


def markdown_escape(text: str) -> str:
    """What a person typed, for a Markdown place: looks as typed, on one line, whatever it holds.

    No Markdown, no colours, no links, no HTML of it takes effect.
    """
    escaped = _SPECIAL.sub(r"\\\1", " ".join(text.split()))
    return f"{_ISOLATE}{escaped}{_END}"


def markdown_sentence(text: str) -> str:
    """A sentence of ours, for a Markdown place: shows as it is, and ``code`` stays code."""
    return _MARKUP.sub(r"\\\1", text)


def csv_cell(value: Any) -> Any:
    """The value for a CSV file: text that a spreadsheet would take for a formula gets a quote.

    Numbers stay numbers. Source: OWASP, CSV Injection
    (https://owasp.org/www-community/attacks/CSV_Injection).
    """
    if isinstance(value, str) and value.lstrip()[:1] in tuple("=+-@|%\t\r＝＋－＠"):
        return "'" + value if value.strip() else value
    return value


def csv_plain(cell: str) -> str:
    """A cell of a CSV file without the quote that ``csv_cell`` gave it."""
    return cell[1:] if cell[:1] == "'" and csv_cell(cell[1:]) == cell else cell


def csv_mark(text: str) -> str:
    """The byte order mark that a CSV file of this text begins with: none where all is ASCII.

    Without it, spreadsheets take UTF-8 for another encoding, and show JÃ¼rgen for Jürgen.
    """
    return "" if text.isascii() else "\ufeff"


def csv_text(rows: Iterable[Iterable[Any]], *, line_end: str = "\n") -> str:
    """A whole CSV file (RFC 4180) by the one rule of all exports: ``csv_mark`` and ``csv_cell``.

    Args:
        rows: the header first; None is an empty cell.
        line_end: between lines.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator=line_end)
    writer.writerows([csv_cell(cell) for cell in row] for row in rows)
    text = out.getvalue()
    return csv_mark(text) + text
