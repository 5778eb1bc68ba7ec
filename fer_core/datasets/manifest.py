"""Sets recorded by participants: a csv that says who showed what, in which clip, when."""

import math
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Final

import numpy as np

from fer_core.datasets.faceset import FaceSet
from fer_core.datasets.folders import as_paths, index_labels, read_faces
from fer_core.datasets.names import ALL, parse_emotion, parse_split, suggest_emotion
from fer_core.datasets.splits import check_participants
from fer_core.datasets.typed import (
    divider_of,
    encoding_of,
    read_typed,
    received,
    without_divider_line,
)
from fer_core.errors import DataError
from fer_core.text import mark

MANIFEST_NAME: Final = "manifest.csv"
#: Beside the manifest, if at all: one sentence about the rights of the pictures.
RIGHTS_NAME: Final = "rights.txt"
RIGHTS_CHARACTERS: Final = 200
COLUMNS: Final = ("file", "participant", "clip", "emotion", "time_s")


def is_manifest(path: Path) -> bool:
    """True for a table whose header names ``file`` and ``participant``."""
    try:
        with path.open("rb") as file:
            head = file.read(4096)
    except OSError:
        return False
    line = without_divider_line(head.decode(encoding_of(head), "replace")).partition("\n")[0]
    cells = line.split(divider_of(line, COLUMNS))
    return {"file", "participant"} <= {cell.strip().strip('"').lower() for cell in cells}


def read_manifest(
    path: Path,
    *,
    pictures: bool = False,
    resize: bool = False,
    classes: Mapping[str, str] | None = None,
    ignore: Collection[str] = (),
) -> FaceSet:
    """Read a manifest; its files are given relative to the manifest's folder.

    Columns: ``file``, ``participant``, ``clip``, ``emotion``, ``time_s`` or ``time`` (seconds in
    the clip), and optionally ``split`` and ``rejected``. Without ``split`` every row is in the
    split ``all``; rows whose ``rejected`` is ``yes`` are left out.

    Args:
        path: the csv.
        pictures: keep the paths, for a detector; else read faces of 48x48.
        resize: bring faces of other sizes to 48x48.
        classes: label in lower case -> the emotion it means, where it names none.
        ignore: labels whose rows are left out.

    Raises:
        DataError: what is wrong in which row; a participant on both sides of the given splits.
    """
    rows = _read_rows(path, dict(classes or {}), {name.lower() for name in ignore})
    files = [path.parent / row["file"] for row in rows]
    labels, names = index_labels([row["emotion"] for row in rows])
    faces = FaceSet(
        name=path.resolve().parent.name if path.name == MANIFEST_NAME else path.stem,
        labels=labels,
        label_names=names,
        splits=np.asarray([row["split"] for row in rows]),
        ids=np.asarray([row["file"] for row in rows]),
        images=None if pictures else read_faces(files, resize=resize),
        paths=as_paths(files) if pictures else None,
        participants=np.asarray([row["participant"] for row in rows]),
        clips=np.asarray([row["clip"] for row in rows]),
        times_s=np.asarray([float(row["time_s"]) for row in rows], np.float64),
        source=str(path),
        rights=_read_rights(path.parent / RIGHTS_NAME),
        split_note=mark("not divided")
        if all(row["split"] == ALL for row in rows)
        else mark("official"),
    )
    check_participants(faces)
    return faces


def _read_rights(path: Path) -> str:
    """The first line, as plain text; it goes into the cards of models."""
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            line = file.readline(RIGHTS_CHARACTERS)
    except OSError:
        return ""
    return "".join(c for c in line if c.isprintable()).strip()


def _column(name: str) -> str:
    plain = name.strip().lower()
    return "time_s" if plain == "time" else plain


def _read_rows(path: Path, classes: dict[str, str], ignore: set[str]) -> list[dict[str, str]]:
    table = read_typed(path, COLUMNS)
    header = [_column(name) for name in table.header]
    missing = [name for name in COLUMNS if name not in header]
    if missing:
        raise DataError(f"{path} lacks the column {missing[0]!r}. Received: {received(header)}.")
    rows = []
    for number, (line, cells) in enumerate(table.rows):
        where = f"{path}, row {number} (line {line})"
        if len(cells) != len(header):
            raise DataError(f"{where} has {len(cells)} cells where the header has {len(header)}.")
        row = dict(zip(header, cells, strict=True))
        label = row["emotion"].strip().lower()
        if row.get("rejected") == "yes" or label in ignore:
            continue
        row["emotion"] = classes.get(label, row["emotion"])
        rows.append(_checked(row, where, path.parent))
    if not rows:
        raise DataError(f"{path} has a header but no row that counts.")
    return rows


def unnamed_labels(path: Path) -> tuple[str, ...]:
    """Labels of a manifest that mean no emotion, each once.

    Raises:
        DataError: the file cannot be read.
    """
    table = read_typed(path, COLUMNS)
    header = [_column(name) for name in table.header]
    if "emotion" not in header:
        return ()
    at = header.index("emotion")
    labels = (cells[at].strip() for _, cells in table.rows if len(cells) > at)
    return tuple(dict.fromkeys(name for name in labels if parse_emotion(name) is None))


def _checked(row: dict[str, str], where: str, root: Path) -> dict[str, str]:
    emotion = parse_emotion(row["emotion"])
    if emotion is None:
        word = row["emotion"]
        near = suggest_emotion(word)
        asked = f" Did you mean {near}?" if near else ""
        raise DataError(
            f"{where}: emotion must name one. Received: {word!r}.{asked} Mend it, or give "
            f"--classes {word}={near or 'happy'} with what it means, or --ignore {word}."
        )
    split = ALL if "split" not in row else parse_split(row["split"])
    if split is None:
        raise DataError(
            f"{where}: split must be train, public_test or private_test. "
            f"Received: {row['split']!r}."
        )
    for column in ("participant", "clip"):
        if not row[column]:
            raise DataError(f"{where}: {column} must not be empty.")
    try:
        finite = math.isfinite(float(row["time_s"]))
    except ValueError:
        finite = False
    if not finite:
        raise DataError(f"{where}: time_s must be seconds. Received: {row['time_s']!r}.")
    # A manifest comes from elsewhere: it may name files of its own folder only.
    file = root / row["file"]
    if not file.resolve().is_relative_to(root.resolve()) or not file.is_file():
        raise DataError(f"{where}: there is no file {row['file']!r} in {root}.")
    return row | {"emotion": emotion, "split": split}
