"""Tables that people type or save from a spreadsheet: any divider, any of the usual encodings."""

import csv
import io
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fer_core.errors import DataError
from fer_core.text import csv_plain, csv_text

#: Dividers of cells, the usual one first.
DIVIDERS: Final = ",;\t|"
#: A line with which Excel tells the divider, before the header.
_TELLS: Final = re.compile(r'"?sep=."?[ \t]*(\r\n|\r|\n|$)', re.IGNORECASE)
_SHOWN: Final = 24


@dataclass(frozen=True, slots=True)
class TypedTable:
    """The cells of a table, without the lines in which all are empty.

    Attributes:
        header: names of the columns, in lower case.
        rows: (line in the file, cells) each.
    """

    header: tuple[str, ...]
    rows: list[tuple[int, list[str]]]


def encoding_of(head: bytes) -> str:
    """By the byte order mark; without one, UTF-8 where the bytes are that, else Windows-1252.

    Latin letters in UTF-16 have an empty byte each, which tells it without a mark.
    """
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    empty = [place % 2 for place, byte in enumerate(head[:64]) if not byte]
    if len(empty) > 16 and len(set(empty)) == 1:
        return "utf-16-le" if empty[0] else "utf-16-be"
    try:
        head[: len(head) - 3 if len(head) > 3 else None].decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"


def without_divider_line(text: str) -> str:
    """The text from its header on."""
    tells = _TELLS.match(text)
    return text[tells.end() :] if tells else text


def divider_of(line: str, wanted: Collection[str]) -> str:
    """What divides the cells of a header: with it, most of the wanted names are there."""

    def found(divider: str) -> int:
        return len(set(wanted) & {c.strip().strip('"').lower() for c in line.split(divider)})

    return max(DIVIDERS, key=lambda divider: (found(divider), -DIVIDERS.index(divider)))


def received(names: Collection[str]) -> str:
    """The cells of a first line, for a sentence of a readable length."""
    shown = [n.strip()[:_SHOWN] + ("..." if len(n.strip()) > _SHOWN else "") for n in names]
    return ", ".join(shown[:12]) + (", ..." if len(shown) > 12 else "") or "nothing"


def read_typed(path: Path, wanted: Collection[str]) -> TypedTable:
    """Read a table.

    Args:
        path: comma, semicolon, tab or bar between the cells; UTF-8, UTF-16 or Windows-1252.
        wanted: names of the columns that it may have, in lower case.

    Raises:
        DataError: it cannot be read.
    """
    try:
        data = path.read_bytes()
        encoding = encoding_of(data)
        whole = data.decode(encoding)
        text = without_divider_line(whole)
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "its text is in no usual encoding"
        raise DataError(f"{path} cannot be read ({reason}): save it as CSV UTF-8.") from error
    divider = divider_of(text.partition("\n")[0], wanted)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=divider)
    try:
        header = tuple(name.strip().lower() for name in next(reader, []))
        rows = [
            (reader.line_num + (text != whole), [csv_plain(cell.strip()) for cell in cells])
            for cells in reader
            if any(cell.strip() for cell in cells)
        ]
    except csv.Error as error:
        raise DataError(f"{path} cannot be read as a table ({error}).") from error
    return TypedTable(header, rows)


def write_typed(path: Path, rows: Iterable[Sequence[str]]) -> None:
    """Write a table, header first, by the rule of all exports (``csv_text``).

    Raises:
        OSError: it cannot be written.
    """
    path.write_text(csv_text(rows, line_end="\r\n"), encoding="utf-8", newline="")
