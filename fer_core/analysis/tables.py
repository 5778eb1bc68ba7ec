"""The two tables: a row per face and analysed frame, a row per person and second.

Both are written while the file is analysed, so that memory does not grow with its length.
"""

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Protocol

from fer_core.analysis.markup import MARK_COLUMNS
from fer_core.labels import EMOTIONS
from fer_core.records import FrameRecord
from fer_core.temporal.samples import sample_row
from fer_core.text import csv_cell, csv_mark
from fer_core.types import EmotionSample, FrameResult

FACE_COLUMNS: Final = (
    *("file", "frame", "time_s", "track_id", "x1", "y1", "x2", "y2", "score"),
    *EMOTIONS,
    "label",
)
SAMPLE_COLUMNS: Final = (
    *("file", "time_s", "duration_s", "track_id"),
    *EMOTIONS,
    *("valid_s", "coverage", "facing", "eyes_open"),
)
SECOND_COLUMNS: Final = (*SAMPLE_COLUMNS, *MARK_COLUMNS)
#: The last columns of both: first digits of the file's SHA-256, and the model that classified.
ORIGIN_COLUMNS: Final = ("file_sha256", "model")
#: Other columns of text.
_TEXTS: Final = (*MARK_COLUMNS, "reason", "kind", "text", "name")
#: Rows that a Parquet file holds in memory before it writes them.
_GROUP: Final = 8192


class TableWriter(Protocol):
    """A file that rows are added to."""

    def add(self, rows: Sequence[Sequence[Any]]) -> None: ...

    def close(self) -> None: ...


def face_rows(name: str, index: int, result: FrameResult) -> list[list[Any]]:
    """One row per face, in ``FACE_COLUMNS``' order; boxes clipped to the frame, as in ``predict``.

    ``index`` counts the video's frames from 0, analysed or not. Probabilities and label are
    those that are shown: smoothed, unless smoothing is off.
    """
    record = FrameRecord.from_result(result)
    return [
        [
            *(name, index, record.time_s, track_id, *face.box, face.score),
            *face.probabilities.values(),
            face.label,
        ]
        for track_id, face in zip(result.faces.track_ids.tolist(), record.faces, strict=True)
    ]


def second_row(name: str, sample: EmotionSample) -> list[Any]:
    """A sample in ``SAMPLE_COLUMNS``' order; None where something was not measured."""
    values = sample_row(sample) | {"file": name}
    return [values[column] for column in SAMPLE_COLUMNS]


class CsvTable:
    """A CSV file in UTF-8 with a header; unknown values are empty.

    No spreadsheet takes a name for a formula, or the text for another encoding (``text.csv_mark``).
    """

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        self._file = path.open("w", encoding="utf-8", errors="backslashreplace", newline="")
        self._writer = csv.writer(self._file, lineterminator="\n")
        self._columns: Sequence[str] | None = columns

    def add(self, rows: Sequence[Sequence[Any]]) -> None:
        if rows:
            self._begin("".join(cell for cell in rows[0] if isinstance(cell, str)))
        self._writer.writerows([csv_cell(cell) for cell in row] for row in rows)

    def _begin(self, text: str) -> None:
        """The header; the names in the first row are those of all."""
        if self._columns is not None:
            self._file.write(csv_mark(text))
            self._writer.writerow(self._columns)
            self._columns = None

    def close(self) -> None:
        try:
            self._begin("")
        finally:
            self._file.close()


class JsonTable:
    """A list of objects with the same columns, one a line; unknown values are null."""

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        self._file = path.open("w", encoding="utf-8")
        self._columns, self._between = columns, "[\n"

    def add(self, rows: Sequence[Sequence[Any]]) -> None:
        for row in rows:
            self._file.write(self._between + json.dumps(dict(zip(self._columns, row, strict=True))))
            self._between = ",\n"

    def close(self) -> None:
        self._file.write("[]\n" if self._between == "[\n" else "\n]\n")
        self._file.close()


class ParquetTable:
    """A Parquet file with the same columns."""

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        kinds = {"file": pa.string(), "label": pa.string(), "frame": pa.int64()}
        kinds |= dict.fromkeys(ORIGIN_COLUMNS, pa.string())
        kinds |= dict.fromkeys(_TEXTS, pa.string())
        kinds |= {"analysed": pa.bool_(), "faces": pa.int64()}
        kinds |= {
            "track_id": pa.int64(),
            "into_id": pa.int64(),
            "time_s": pa.float64(),
            "duration_s": pa.float64(),
        }
        self._schema = pa.schema([(name, kinds.get(name, pa.float32())) for name in columns])
        self._writer = pq.ParquetWriter(path, self._schema)
        self._make = pa.Table.from_pydict
        self._rows: list[Sequence[Any]] = []

    def add(self, rows: Sequence[Sequence[Any]]) -> None:
        self._rows.extend(rows)
        if len(self._rows) >= _GROUP:
            self._flush()

    def _flush(self) -> None:
        columns = zip(*self._rows, strict=True) if self._rows else ([] for _ in self._schema.names)
        values = dict(zip(self._schema.names, map(list, columns), strict=True))
        if "file" in values:
            values["file"] = [_encodable(name) for name in values["file"]]
        self._writer.write_table(self._make(values, schema=self._schema))
        self._rows = []

    def close(self) -> None:
        if self._rows:
            self._flush()
        self._writer.close()


def _encodable(name: str) -> str:
    """The text as the CSV file has it: names that are no valid UTF-8 are escaped."""
    return name.encode("utf-8", "backslashreplace").decode()
