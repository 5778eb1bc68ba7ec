"""Messages as lines of text: JSON on a stream, rows in a CSV file."""

import csv
import json
import math
from pathlib import Path
from typing import Any, Final, TextIO

from fer_core.errors import StorageError
from fer_core.outlets.message import NUMBERS, StreamMessage
from fer_core.text import csv_cell, printable_name

#: Columns of the CSV file; a frame without a face has one row, with ``faces`` 0.
COLUMNS: Final = (
    *("seq", "time_s", "captured_unix_s", "faces", "track_id", "x1", "y1", "x2", "y2"),
    *("score", "label", *NUMBERS),
)


class JsonLines:
    """One JSON object a line, flushed, so that who reads gets each at once.

    Raises:
        StorageError: nobody reads any more.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def send(self, message: StreamMessage) -> None:
        """As ``Outlet.send``."""
        try:
            self._stream.write(json.dumps(message.to_dict(), allow_nan=False) + "\n")
            self._stream.flush()
        except (OSError, ValueError) as error:
            raise StorageError("Nobody reads the lines any more.") from error

    def close(self) -> None:
        """The stream is not ours to close."""


class CsvFile:
    """A row per face, or one per frame without a face; on disk with every frame.

    Text begins no formula in a spreadsheet (``text.csv_cell``); all of it is ASCII, as labels are,
    so that the file needs no byte order mark.

    Args:
        path: a new file, or one that is replaced.

    Raises:
        StorageError: it cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self._shown = printable_name(path)
        try:
            self._file = path.open("w", encoding="utf-8", newline="")
        except OSError as error:
            raise self._problem(error) from error
        self._writer = csv.writer(self._file, lineterminator="\n")
        self._write([list(COLUMNS)])

    def send(self, message: StreamMessage) -> None:
        """As ``Outlet.send``."""
        head = [message.seq, message.time_s, message.captured_unix_s, len(message.faces)]
        self._write(
            [
                [
                    *head,
                    *(face.record.track_id, *face.record.box, face.record.score),
                    face.record.label,
                    *(_cell(value) for value in face.numbers()),
                ]
                for face in message.faces
            ]
            or [head + [""] * (len(COLUMNS) - len(head))]
        )

    def close(self) -> None:
        """As ``Outlet.close``."""
        try:
            self._file.close()
        except OSError as error:
            raise self._problem(error) from error

    def _write(self, rows: list[list[Any]]) -> None:
        try:
            self._writer.writerows([csv_cell(cell) for cell in row] for row in rows)
            self._file.flush()
        except (OSError, ValueError) as error:
            raise self._problem(error) from error

    def _problem(self, error: Exception) -> StorageError:
        why = getattr(error, "strerror", None) or error
        return StorageError(
            f"{self._shown} cannot be written ({why}); give --csv another file, or make room."
        )


def _cell(value: float) -> float | str:
    return round(value, 6) if math.isfinite(value) else ""
