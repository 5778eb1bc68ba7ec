"""Manifests whose faces are labelled by other words than the seven, and what these mean."""

import csv
import io
from collections.abc import Collection, Iterator, Mapping
from typing import Final

from fer_core.datasets.names import parse_emotion
from fer_core.errors import DataError
from fer_core.labels import EMOTIONS

#: Columns that hold an expression.
_LABELS: Final = ("emotion", "asked")


def foreign_words(text: str) -> tuple[str, ...]:
    """The words of a manifest that name none of the seven expressions, each once, in order.

    Args:
        text: CSV; what is no manifest has none.
    """
    words = dict.fromkeys(word for line in _lines(text) for word in line.values())
    return tuple(word for word in words if _meaning(word, {}) is None)


def translated(
    text: str, *, classes: Mapping[str, str], ignore: Collection[str]
) -> tuple[str, frozenset[str]]:
    """A manifest with the seven names, and the files of the lines that are left out.

    Args:
        text: CSV.
        classes: word, in small letters -> one of ``labels.EMOTIONS``.
        ignore: words whose faces are left out.

    Raises:
        DataError: a word means nothing and is not to be left out.
    """
    left_out = {word.strip().lower() for word in ignore}
    words = dict.fromkeys(word for line in _lines(text) for word in line.values())
    unknown = [word for word in words if _meaning(word, classes) is None]
    if rest := [word for word in unknown if word.strip().lower() not in left_out]:
        raise DataError(
            f"The archive's faces are labelled {', '.join(map(repr, rest[:5]))}, which names none "
            f"of {', '.join(EMOTIONS)}: say what it means, or leave these faces out."
        )
    if all(word in EMOTIONS and word not in left_out for word in words):
        return text, frozenset()
    rows = list(csv.reader(io.StringIO(text)))
    places = [rows[0].index(name) for name in _LABELS]
    out, gone = io.StringIO(newline=""), set()
    writer = csv.writer(out, lineterminator="\n")
    for number, row in enumerate(rows):
        if number and len(row) == len(rows[0]):
            meanings = [_meaning(row[place], classes) for place in places]
            is_out = any(row[place].strip().lower() in left_out for place in places)
            if is_out or None in meanings:
                gone.add(row[rows[0].index("file")])
                continue
            for place, meaning in zip(places, meanings, strict=True):
                row[place] = str(meaning)
        writer.writerow(row)
    return out.getvalue(), frozenset(gone)


def _meaning(word: str, classes: Mapping[str, str]) -> str | None:
    found = classes.get(word.lower()) or parse_emotion(word)
    return found if found in EMOTIONS else None


def _lines(text: str) -> Iterator[dict[str, str]]:
    """The labels of each line."""
    rows = csv.reader(io.StringIO(text))
    try:
        head = next(rows, [])
        if not {"file", *_LABELS} <= set(head):
            return
        for row in rows:
            if len(row) == len(head):
                yield {name: row[head.index(name)] for name in _LABELS}
    except csv.Error:  # whoever reads the manifest says so
        return
