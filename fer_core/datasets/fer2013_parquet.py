"""FER-2013 as parquet: with its own columns, and as the Hugging Face Hub writes sets."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from fer_core.datasets.decoding import decode_face
from fer_core.datasets.faceset import FACE_SIZE, FaceSet
from fer_core.datasets.fer2013 import assemble, find_column, read_names
from fer_core.datasets.names import ALL, parse_emotion, parse_split
from fer_core.errors import DataError
from fer_core.labels import EMOTIONS
from fer_core.types import ImageArray, IntArray

#: What sets of the Hub call the picture and its class.
_PICTURE: Final = ("image", "img", "picture", "images")
_CLASS: Final = ("label", "labels", "expression", "class")


def read_parquet(path: Path) -> FaceSet:
    """Read a parquet file, or every ``*.parquet`` of a folder, in the order of ``row``.

    Columns: ``row``, ``emotion`` (0..6 or a name), ``usage``, ``image`` (encoded bytes); or as the
    Hugging Face Hub writes sets: ``image`` {bytes, path} and ``label``, a name or a number that the
    file's metadata names, or what else such columns are called there.

    Raises:
        DataError: what is wrong in which row.
    """
    files = sorted(path.glob("*.parquet")) if path.is_dir() else [path]
    if _is_hub_form(files[0]):
        return _read_hub_form(path, files)
    parts = [_read_one_parquet(file) for file in files]
    rows = np.concatenate([part[0] for part in parts])
    order = np.argsort(rows, kind="stable")
    twice = np.flatnonzero(np.diff(rows[order]) == 0)
    if len(twice):
        raise DataError(f"{path} holds row {int(rows[order][twice[0]])} more than once.")
    emotions = [e for part in parts for e in part[1]]
    splits = [s for part in parts for s in part[2]]
    images: NDArray[np.uint8] = np.concatenate([part[3] for part in parts])
    return assemble(
        path,
        path.name if path.is_dir() else path.stem,
        images[order],
        [emotions[i] for i in order],
        [splits[i] for i in order],
        rows[order],
    )


def _read_one_parquet(path: Path) -> tuple[IntArray, list[str], list[str], ImageArray]:
    try:
        file = pq.ParquetFile(path)
        names = [
            find_column(file.schema_arrow.names, w, path)
            for w in ("row", "emotion", "usage", "image")
        ]
        table = file.read(columns=names)
    except (OSError, pa.ArrowException) as error:
        raise DataError(f"{path} cannot be read as parquet: {error}.") from error
    columns = {
        w: table.column(n).to_pylist()
        for w, n in zip(("row", "emotion", "usage", "image"), names, strict=True)
    }
    for at, row in enumerate(columns["row"]):
        if not isinstance(row, int) or row < 0:
            raise DataError(
                f"{path}, record {at}: row must be a whole number from 0. Received: {row!r}."
            )
    if not columns["row"]:
        raise DataError(f"{path} has no row.")
    rows = np.asarray(columns["row"], np.int64)
    images = np.empty((len(rows), FACE_SIZE, FACE_SIZE), np.uint8)
    for at, data in enumerate(columns["image"]):
        where = f"{path}, row {rows[at]}"
        if not isinstance(data, bytes):
            raise DataError(
                f"{where}: image must be encoded bytes. Received: {type(data).__name__}."
            )
        images[at] = decode_face(data, where)
    emotions = read_names(columns["emotion"], "emotion", path, rows, None)
    splits = read_names(columns["usage"], "usage", path, rows, None)
    return rows, emotions, splits, images


def _is_hub_form(path: Path) -> bool:
    try:
        schema = pq.read_schema(path)
    except (OSError, pa.ArrowException):
        return False  # reading it gives the sentence
    return _hub_columns(schema.names) is not None and "emotion" not in schema.names


def _hub_columns(names: list[str]) -> list[str] | None:
    """The columns of pictures and classes; None where there are none of both."""
    found = [next((n for n in kind if n in names), None) for kind in (_PICTURE, _CLASS)]
    known: list[str] = [name for name in found if name is not None]
    return known if len(known) == 2 else None


def _hub_names(schema: Any, column: str) -> list[str] | None:
    """Names of the classes, where the file tells them."""
    try:
        info = json.loads((schema.metadata or {})[b"huggingface"])
        names = info["info"]["features"][column]["names"]
    except (KeyError, TypeError, ValueError):
        return None
    return [str(name) for name in names] if isinstance(names, list) else None


def _read_hub_form(path: Path, files: list[Path]) -> FaceSet:
    images: list[ImageArray] = []
    emotions: list[str] = []
    splits: list[str] = []
    for file in files:
        try:
            columns = _hub_columns(pq.read_schema(file).names) or ["image", "label"]
            table = pq.read_table(file, columns=columns)
        except (OSError, pa.ArrowException) as error:
            raise DataError(f"{file} cannot be read as parquet: {error}.") from error
        names = _hub_names(table.schema, columns[1])
        split = parse_split(re.split(r"[-_.]", file.stem)[0]) or ALL
        cells = zip(*(table.column(name).to_pylist() for name in columns), strict=True)
        for at, (image, label) in enumerate(cells):
            where = f"{file}, record {at}"
            emotions.append(_hub_emotion(label, names, where))
            data = image.get("bytes") if isinstance(image, dict) else image
            if not isinstance(data, bytes):
                raise DataError(f"{where}: image must hold encoded bytes.")
            images.append(decode_face(data, where))
            splits.append(split)
    if not images:
        raise DataError(f"{path} has no row.")
    rows = np.arange(len(images), dtype=np.int64)
    name = path.name if path.is_dir() else path.stem
    found = assemble(path, name, np.stack(images), emotions, splits, rows)
    return replace(found, has_fer_labels=False)


def _hub_emotion(label: Any, names: list[str] | None, where: str) -> str:
    if isinstance(label, int):
        if names is None:
            raise DataError(
                f"{where}: label is {label}, and the file does not name its classes: numbers mean "
                "another order in every set, so write the names into the column."
            )
        label = names[label] if 0 <= label < len(names) else label
    emotion = parse_emotion(str(label))
    if emotion not in EMOTIONS:
        raise DataError(f"{where}: label must name one of the seven emotions. Received: {label!r}.")
    return emotion
