"""The tracks as they were measured: all that is derived of a video can be made from them again.

One row per face of a frame, and one with track -1 for a frame without a face: everything of
``types.Faces``, the probabilities of the frame alone, and why a face cannot be used.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow.parquet as pq

from fer_core.errors import DataError
from fer_core.labels import EMOTIONS
from fer_core.types import Faces

#: Field of ``Faces`` -> numbers per face.
_WIDTHS: Final = {
    name: int(np.prod(getattr(Faces.empty(), name).shape[1:], dtype=int))
    for name in Faces.__dataclass_fields__
    if name != "track_ids"
}
_HEAD: Final = ("frame", "time_s", "analysed", "track_id", "reason")
TRACK_COLUMNS: Final = (
    *_HEAD,
    *(f"{name}_{place}" for name, width in _WIDTHS.items() for place in range(width)),
    *EMOTIONS,
)
_BATCH: Final = 4096


@dataclass(frozen=True, slots=True, eq=False)
class TrackedFrame:
    """One frame of a video as it was measured.

    Attributes:
        index: number of the frame; None for one that could not be read.
        time_s: seconds from the start of the file.
        is_analysed: whether the networks saw it.
        faces: as tracked.
        probs: (N, 7) float32 of this frame alone.
        reasons: why each face cannot be used, empty text for one that can.
        otherwise: the reason of a frame without a face.
    """

    index: int | None
    time_s: float
    is_analysed: bool
    faces: Faces
    probs: np.typing.NDArray[np.float32]
    reasons: tuple[str, ...]
    otherwise: str


def track_rows(frame: TrackedFrame) -> list[list[Any]]:
    """Rows in ``TRACK_COLUMNS``' order."""
    head = (frame.index, frame.time_s, frame.is_analysed)
    count = len(frame.faces)
    if not count:
        return [[*head, -1, frame.otherwise, *[None] * (len(TRACK_COLUMNS) - len(_HEAD))]]
    columns = [np.asarray(getattr(frame.faces, name)).reshape(count, -1) for name in _WIDTHS]
    values = np.hstack([*columns, frame.probs]).tolist()
    ids = frame.faces.track_ids.tolist()
    return [[*head, ids[row], frame.reasons[row], *values[row]] for row in range(count)]


def lost_rows(begin_s: float, end_s: float, step_s: float) -> list[list[Any]]:
    """Rows of the frames that could not be read, where one would have come every ``step_s``."""
    rest = [None] * (len(TRACK_COLUMNS) - len(_HEAD))
    count = max(1, round((end_s - begin_s) / step_s))
    return [
        [None, begin_s + number * step_s, False, -1, "undecodable", *rest]
        for number in range(count)
    ]


def read_tracks(path: Path) -> Iterator[TrackedFrame]:
    """The frames of a table, a part of it in memory at a time.

    Raises:
        DataError: the table is missing or of another version.
    """
    try:
        table = pq.ParquetFile(path)
    except (OSError, ValueError) as error:
        raise DataError(
            f"The measured tracks are missing ({path.name}): analyse the file again."
        ) from error
    if tuple(table.schema_arrow.names) != TRACK_COLUMNS:
        raise DataError(f"{path.name} is of another version: analyse the file again.")
    held: list[tuple[Any, ...]] = []
    for batch in table.iter_batches(batch_size=_BATCH):
        head = [batch.column(name).to_pylist() for name in _HEAD]
        values = np.column_stack(
            [
                batch.column(name).to_numpy(zero_copy_only=False)
                for name in TRACK_COLUMNS[len(_HEAD) :]
            ]
        )
        for row in zip(*head, values, strict=True):
            if held and (held[0][0], held[0][1]) != (row[0], row[1]):
                yield _frame(held)
                held = []
            held.append(row)
    if held:
        yield _frame(held)


def _frame(rows: list[tuple[Any, ...]]) -> TrackedFrame:
    index, time_s, is_analysed, first_id, reason, _ = rows[0]
    if first_id == -1 and len(rows) == 1 and not np.isfinite(rows[0][5][0]):
        none = np.zeros((0, len(EMOTIONS)), np.float32)
        return TrackedFrame(index, time_s, is_analysed, Faces.empty(), none, (), reason)
    values = np.stack([row[5] for row in rows]).astype(np.float32)
    fields: dict[str, Any] = {"track_ids": np.array([row[3] for row in rows], np.int64)}
    at = 0
    for name, width in _WIDTHS.items():
        shape = (len(rows), *getattr(Faces.empty(), name).shape[1:])
        fields[name] = values[:, at : at + width].reshape(shape)
        at += width
    reasons = tuple(row[4] for row in rows)
    return TrackedFrame(
        index, time_s, is_analysed, Faces(**fields), values[:, at:], reasons, "no_face"
    )
