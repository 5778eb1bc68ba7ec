"""FER-2013 (Goodfellow et al. 2013, arXiv 1307.0414) as csv; see ``fer2013_parquet`` as well."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from fer_core.datasets.faceset import FACE_SIZE, FaceSet
from fer_core.datasets.names import ALL, parse_fer_emotion, parse_split
from fer_core.datasets.typed import divider_of, encoding_of, received, without_divider_line
from fer_core.errors import DataError
from fer_core.labels import EMOTIONS
from fer_core.text import mark
from fer_core.types import ImageArray, IntArray

_PIXELS = FACE_SIZE * FACE_SIZE
_COLUMNS = ("emotion", "pixels", "usage")
# A row is about 9 kB of text; blocks of 16 MiB keep the memory of parsing far below the file's.
_BLOCK_BYTES = 1 << 24


def find_column(names: list[str], wanted: str, path: Path) -> str:
    """The column called ``wanted``, in capitals or not.

    Raises:
        DataError: there is none, or no header at all.
    """
    for name in names:
        if name.strip().lower() == wanted:
            return name
    if max(map(len, names), default=0) > _PIXELS:
        raise DataError(
            f"{path} has no header: its first line must be emotion,pixels or emotion,pixels,Usage."
        )
    raise DataError(f"{path} lacks the column {wanted!r}. Received: {received(names)}.")


def read_names(
    values: list[Any], kind: str, path: Path, ids: Any, first_line: int | None
) -> list[str]:
    """Each value as emotion or split, looked up once per distinct value.

    Args:
        values: (N,) as they stand in the file.
        kind: ``emotion`` or ``usage``.
        ids: (N,) numbers of the rows, for what is said of a bad one.
        first_line: of the file, at which the first row stands; None where it has no lines.

    Raises:
        DataError: a value is neither; says in which row.
    """
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


def assemble(
    path: Path,
    name: str,
    images: ImageArray,
    emotions: list[str],
    splits: list[str],
    rows: IntArray,
) -> FaceSet:
    """The set of these (N, 48, 48) uint8 images, N emotions and N splits."""
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
        split_note=mark("not divided") if set(splits) == {ALL} else mark("official"),
    )


def _bad_pixels(texts: list[str], first_row: int, path: Path, above: int) -> DataError:
    """Find the first bad row of a block that did not parse: only then is a slow look worth it."""
    for offset, text in enumerate(texts):
        where = f"{path}, row {first_row + offset} (line {first_row + offset + above + 1})"
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


def _parse_pixels(column: Any, first_row: int, path: Path, above: int) -> ImageArray:
    """Strings of 2304 numbers -> (n, 48, 48) uint8."""
    lists = (
        pc.split_pattern_regex(pc.utf8_trim_whitespace(column), r"\s+")
        if _has_odd_space(column)
        else pc.split_pattern(pc.utf8_trim_whitespace(column), " ")
    )
    lengths = pc.list_value_length(lists).to_numpy(zero_copy_only=False)
    try:
        if (lengths != _PIXELS).any():
            raise _bad_pixels(column.to_pylist(), first_row, path, above)
        values = pc.cast(lists.flatten(), pa.uint8())
    except pa.ArrowInvalid as error:
        raise _bad_pixels(column.to_pylist(), first_row, path, above) from error
    pixels: ImageArray = values.to_numpy(zero_copy_only=False)
    return pixels.reshape(-1, FACE_SIZE, FACE_SIZE)


def _has_odd_space(column: Any) -> bool:
    return bool(pc.any(pc.match_substring_regex(column, r"\s\s|[\t\r\n]")).as_py())


def _head(path: Path) -> tuple[str, str, int]:
    """Encoding, header, and how many lines there are up to it."""
    with path.open("rb") as raw:
        encoding = encoding_of(raw.read(1 << 16))
    with path.open(encoding=encoding, newline="") as file:
        line = file.readline()
        return (encoding, line, 1) if without_divider_line(line) else (encoding, file.readline(), 2)


def _csv_batches(path: Path) -> Iterator[Any]:
    bad: list[Any] = []

    def note(row: Any) -> str:
        bad.append(row)
        return "skip"  # never silently: raised below, where the row's number is known

    try:
        encoding, line, skipped = _head(path)
        divider = divider_of(line, _COLUMNS)
        header = next(csv.reader([line], delimiter=divider), [])
        wanted = [
            *_COLUMNS[:2],
            *(n for n in _COLUMNS[2:] if n in {h.strip().lower() for h in header}),
        ]
        names = [find_column(header, name, path) for name in wanted]
        reader = pa_csv.open_csv(
            path,
            read_options=pa_csv.ReadOptions(
                block_size=_BLOCK_BYTES,
                use_threads=False,
                column_names=header,
                skip_rows=skipped,
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

    Without a column ``Usage`` every row is in the split ``all``. Semicolons, tabs or bars may
    divide the cells, and UTF-16 is read as well.

    Returns:
        A set whose ``ids`` are the rows, 0-based, the header not counted.

    Raises:
        DataError: what is wrong in which row.
    """
    images: list[ImageArray] = []
    emotions: list[str] = []
    usages: list[str] = []
    above = 0
    for batch in _csv_batches(path):
        above = above or _head(path)[2]
        images.append(_parse_pixels(batch.column(1), len(emotions), path, above))
        emotions += batch.column(0).to_pylist()
        usages += batch.column(2).to_pylist() if batch.num_columns > 2 else [ALL] * len(batch)
    if not images:
        raise DataError(f"{path} has a header but no row of pixels.")
    rows = np.arange(len(emotions), dtype=np.int64)
    labels = read_names(emotions, "emotion", path, rows, above + 1)
    is_whole = set(usages) == {ALL}
    splits = usages if is_whole else read_names(usages, "usage", path, rows, above + 1)
    name = "fer2013" if path.stem.lower() == "icml_face_data" else path.stem
    return assemble(path, name, np.concatenate(images), labels, splits, rows)
