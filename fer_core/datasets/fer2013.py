"""FER-2013 (Goodfellow et al. 2013, arXiv 1307.0414) as csv and as parquet."""

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
from numpy.typing import NDArray

from fer_core.datasets.decoding import decode_face
from fer_core.datasets.faceset import FACE_SIZE, FaceSet
from fer_core.datasets.names import ALL, parse_emotion, parse_fer_emotion, parse_split
from fer_core.datasets.typed import divider_of, encoding_of, received
from fer_core.errors import DataError
from fer_core.labels import EMOTIONS
from fer_core.types import ImageArray, IntArray

_PIXELS = FACE_SIZE * FACE_SIZE
_COLUMNS = ("emotion", "pixels", "usage")
# A row is about 9 kB of text; blocks of 16 MiB keep the memory of parsing far below the file's.
_BLOCK_BYTES = 1 << 24


def _column(names: list[str], wanted: str, path: Path) -> str:
    for name in names:
        if name.strip().lower() == wanted:
            return name
    if len(names) > 1 and len(names[1]) > _PIXELS:
        raise DataError(
            f"{path} has no header: its first line must be emotion,pixels or emotion,pixels,Usage."
        )
    raise DataError(f"{path} lacks the column {wanted!r}. Received: {received(names)}.")


def _coded(values: list[Any], kind: str, path: Path, ids: Any, first_line: int | None) -> list[str]:
    """Each value as emotion or split, looked up once per distinct value."""
    parse = parse_fer_emotion if kind == "emotion" else parse_split
    allowed = (
        f"0..{len(EMOTIONS) - 1} or the name of one of the seven emotions"
        if kind == "emotion"
        else "Training, PublicTest or PrivateTest"
    )
    known = {value: parse(str(value)) for value in set(values)}
    if None in known.values():
        at = next(i for i, value in enumerate(values) if known[value] is None)
        line = "" if first_line is None else f" (line {at + first_line})"
        raise DataError(
            f"{path}, row {ids[at]}{line}: {'Usage' if kind != 'emotion' else kind} must be "
            f"{allowed}. Received: {values[at]!r}."
        )
    return [name for value in values if (name := known[value]) is not None]


def _assemble(
    path: Path,
    name: str,
    images: ImageArray,
    emotions: list[str],
    splits: list[str],
    rows: IntArray,
) -> FaceSet:
    index = {emotion: i for i, emotion in enumerate(EMOTIONS)}
    return FaceSet(
        name=name,
        labels=np.asarray([index[e] for e in emotions], np.int64),
        label_names=EMOTIONS,
        splits=np.asarray(splits),
        ids=rows,
        images=images,
        has_fer_labels=True,
        rights="rights of the pictures unclear",
        source=str(path),
        split_note="not divided" if set(splits) == {ALL} else "official",
    )


def _bad_pixels(texts: list[str], first_row: int, path: Path) -> DataError:
    """Find the first bad row of a block that did not parse: only then is a slow look worth it."""
    for offset, text in enumerate(texts):
        where = f"{path}, row {first_row + offset} (line {first_row + offset + 2})"
        values = text.split()
        if len(values) != _PIXELS:
            return DataError(
                f"{where} must have {_PIXELS} pixels ({FACE_SIZE}x{FACE_SIZE}). "
                f"Received: {len(values)}."
            )
        for value in values:
            if not (value.isascii() and value.isdecimal() and int(value) <= 255):
                return DataError(f"{where}: a pixel must be 0..255. Received: {value!r}.")
    return DataError(f"{path}: pixels must be separated by single spaces.")


def _parse_pixels(column: Any, first_row: int, path: Path) -> ImageArray:
    """Strings of 2304 numbers -> (n, 48, 48) uint8."""
    lists = (
        pc.split_pattern_regex(pc.utf8_trim_whitespace(column), r"\s+")
        if _has_odd_space(column)
        else pc.split_pattern(pc.utf8_trim_whitespace(column), " ")
    )
    lengths = pc.list_value_length(lists).to_numpy(zero_copy_only=False)
    try:
        if (lengths != _PIXELS).any():
            raise _bad_pixels(column.to_pylist(), first_row, path)
        values = pc.cast(lists.flatten(), pa.uint8())
    except pa.ArrowInvalid as error:
        raise _bad_pixels(column.to_pylist(), first_row, path) from error
    pixels: ImageArray = values.to_numpy(zero_copy_only=False)
    return pixels.reshape(-1, FACE_SIZE, FACE_SIZE)


def _has_odd_space(column: Any) -> bool:
    return bool(pc.any(pc.match_substring_regex(column, r"\s\s|[\t\r\n]")).as_py())


def _csv_batches(path: Path) -> Iterator[Any]:
    bad: list[Any] = []

    def note(row: Any) -> str:
        bad.append(row)
        return "skip"  # never silently: raised below, where the row's number is known

    try:
        with path.open("rb") as raw:
            encoding = encoding_of(raw.read(1 << 16))
        with path.open(encoding=encoding, newline="") as file:
            line = file.readline()
        divider = divider_of(line, _COLUMNS)
        header = next(csv.reader([line], delimiter=divider), [])
        wanted = [
            *_COLUMNS[:2],
            *(n for n in _COLUMNS[2:] if n in {h.strip().lower() for h in header}),
        ]
        names = [_column(header, name, path) for name in wanted]
        reader = pa_csv.open_csv(
            path,
            read_options=pa_csv.ReadOptions(
                block_size=_BLOCK_BYTES,
                use_threads=False,
                column_names=header,
                skip_rows=1,
                encoding="utf8" if encoding == "utf-8-sig" else encoding,
            ),
            parse_options=pa_csv.ParseOptions(invalid_row_handler=note, delimiter=divider),
            convert_options=pa_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), include_columns=names
            ),
        )
        for batch in reader:
            if bad:
                break
            yield _without_empty(batch)
    except (OSError, UnicodeDecodeError, csv.Error, pa.ArrowInvalid) as error:
        raise DataError(f"{path} cannot be read as csv: {error}.") from error
    if bad:
        row = bad[0]
        line = f", line {row.number}" if row.number is not None else ""
        raise DataError(
            f"{path}{line}: a row must have {row.expected_columns} cells. "
            f"Received: {row.actual_columns} ({row.text[:40]!r})."
        )


def _without_empty(batch: Any) -> Any:
    """Without the rows of nothing but dividers that spreadsheets leave at the end."""
    filled = [pc.not_equal(pc.utf8_trim_whitespace(column), "") for column in batch.columns[:2]]
    return batch.filter(pc.or_(*(pc.fill_null(mask, False) for mask in filled)))


def read_csv(path: Path) -> FaceSet:
    """Read ``fer2013.csv``, Kaggle's ``icml_face_data.csv`` (spaces in the header), or a part.

    Without a column ``Usage`` every row is in the split ``all``. Semicolons or tabs may divide the
    cells, and UTF-16 is read as well.

    Returns:
        A set whose ``ids`` are the rows, 0-based, the header not counted.

    Raises:
        DataError: what is wrong in which row.
    """
    images: list[ImageArray] = []
    emotions: list[str] = []
    usages: list[str] = []
    for batch in _csv_batches(path):
        images.append(_parse_pixels(batch.column(1), len(emotions), path))
        emotions += batch.column(0).to_pylist()
        usages += batch.column(2).to_pylist() if batch.num_columns > 2 else [ALL] * len(batch)
    if not images:
        raise DataError(f"{path} has a header but no row of pixels.")
    rows = np.arange(len(emotions), dtype=np.int64)
    labels = _coded(emotions, "emotion", path, rows, 2)
    is_whole = set(usages) == {ALL}
    splits = usages if is_whole else _coded(usages, "usage", path, rows, 2)
    name = "fer2013" if path.stem.lower() == "icml_face_data" else path.stem
    return _assemble(path, name, np.concatenate(images), labels, splits, rows)


def read_parquet(path: Path) -> FaceSet:
    """Read a parquet file, or every ``*.parquet`` of a folder, in the order of ``row``.

    Columns: ``row``, ``emotion`` (0..6 or a name), ``usage``, ``image`` (encoded bytes); or as the
    Hugging Face Hub writes sets: ``image`` {bytes, path} and ``label``, a name or a number that the
    file's metadata names.

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
    return _assemble(
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
            _column(file.schema_arrow.names, w, path) for w in ("row", "emotion", "usage", "image")
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
    emotions = _coded(columns["emotion"], "emotion", path, rows, None)
    splits = _coded(columns["usage"], "usage", path, rows, None)
    return rows, emotions, splits, images


def _is_hub_form(path: Path) -> bool:
    try:
        schema = pq.read_schema(path)
    except (OSError, pa.ArrowException):
        return False  # reading it gives the sentence
    return "label" in schema.names and "emotion" not in schema.names


def _hub_names(schema: Any) -> list[str] | None:
    """Names of the classes, where the file tells them."""
    try:
        info = json.loads((schema.metadata or {})[b"huggingface"])
        names = info["info"]["features"]["label"]["names"]
    except (KeyError, TypeError, ValueError):
        return None
    return [str(name) for name in names] if isinstance(names, list) else None


def _read_hub_form(path: Path, files: list[Path]) -> FaceSet:
    images: list[ImageArray] = []
    emotions: list[str] = []
    splits: list[str] = []
    for file in files:
        try:
            table = pq.read_table(file, columns=["image", "label"])
        except (OSError, pa.ArrowException) as error:
            raise DataError(f"{file} cannot be read as parquet: {error}.") from error
        names = _hub_names(table.schema)
        split = parse_split(re.split(r"[-_.]", file.stem)[0]) or ALL
        cells = zip(
            table.column("image").to_pylist(), table.column("label").to_pylist(), strict=True
        )
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
    found = _assemble(path, name, np.stack(images), emotions, splits, rows)
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
