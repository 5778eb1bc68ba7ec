"""Two more tables of a video: measures, valence and blinks, by frame and by second.

Faces have the numbers under which they were tracked, whatever is merged or renamed afterwards.
"""

import math
from collections.abc import Sequence
from dataclasses import asdict
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fer_core.affect import AFFECT, circumplex_of, valence_of
from fer_core.analysis.tables import TableWriter
from fer_core.temporal.blinks import BLINKS, BlinkWatch
from fer_core.types import MEASURES, FrameResult

_POSE: Final = ("yaw", "pitch", "roll")
#: What is averaged over a second; angles in degrees, lengths in distances between the eyes.
_VALUES: Final = (*AFFECT, *_POSE, *MEASURES)
FRAME_MEASURES: Final = ("file", "frame", "time_s", "track_id", *_VALUES, "eyes_closed")
#: ``eyes_closed``: share of the frames; ``blinks``: that ended in this second; the last three are
#: of the minute up to its end.
SECOND_MEASURES: Final = (
    *("file", "time_s", "track_id", "frames", *_VALUES, "eyes_closed", "blinks", *BLINKS),
)


class MeasureTables:
    """Adds rows while a file is analysed; memory does not grow with its length.

    Args:
        name: what the tables call the file.
        frames, seconds: tables with these columns.
    """

    def __init__(
        self, name: str, frames: Sequence[TableWriter], seconds: Sequence[TableWriter]
    ) -> None:
        self._name, self._frames, self._seconds = name, frames, seconds
        self._blinks = BlinkWatch()
        self._second: int | None = None
        self._last_s = 0.0
        self._sums: dict[int, _Second] = {}

    def add(self, result: FrameResult, index: int) -> None:
        """Take in an analysed frame, the ``index``-th of the file."""
        second = math.floor(result.time_s)
        if self._second is not None and second != self._second:
            self._give()
        self._second, self._last_s = second, result.time_s
        ended = self._blinks.add(result)
        values = measure_rows(result)
        rows = []
        for track_id, row in zip(result.faces.track_ids.tolist(), values, strict=True):
            is_known = bool(np.isfinite(row[-1]))
            closed = float(self._blinks.is_closed(track_id)) if is_known else math.nan
            head = [self._name, index, round(result.time_s, 4), track_id]
            rows.append([*head, *_cells(row), _cell(closed)])
            closure = ended.get(track_id)
            blinks = int(closure is not None and closure.is_blink)
            self._sums.setdefault(track_id, _Second()).add([*row, closed], blinks)
        for table in self._frames:
            table.add(rows)

    def finish(self) -> None:
        """The last second; the tables are closed by whoever opened them."""
        self._give()

    def _give(self) -> None:
        if self._second is None:
            return
        rows = []
        for track_id, sums in sorted(self._sums.items()):
            rates = self._blinks.rates(track_id, self._last_s)
            means = sums.means()
            head = [self._name, float(self._second), track_id, sums.frames]
            blinks = sums.blinks if np.isfinite(means[-1]) else None
            rows.append([*head, *_cells(means), blinks, *_cells(list(asdict(rates).values()))])
        for table in self._seconds:
            table.add(rows)
        self._sums = {}


class _Second:
    """Sums over one face and second; what was never measured stays unknown."""

    def __init__(self) -> None:
        self.frames = self.blinks = 0
        self._sums = np.zeros(len(_VALUES) + 1)
        self._counts = np.zeros(len(_VALUES) + 1)

    def add(self, values: list[float], blinks: int) -> None:
        row = np.array(values, np.float64)
        known = np.isfinite(row)
        self._sums[known] += row[known]
        self._counts += known
        self.frames += 1
        self.blinks += blinks

    def means(self) -> list[float]:
        with np.errstate(invalid="ignore"):
            return [float(value) for value in self._sums / self._counts]


def measure_rows(result: FrameResult) -> NDArray[np.float64]:
    """(N, len(_VALUES)) float64 of the faces of a frame, NaN where unknown."""
    probs, faces = result.smoothed, result.faces
    parts = (valence_of(probs)[:, None], circumplex_of(probs), faces.poses, faces.measures)
    return np.concatenate(parts, axis=1).astype(np.float64)


def _cells(values: Sequence[float] | NDArray[np.float64]) -> list[float | None]:
    return [_cell(float(value)) for value in values]


def _cell(value: float) -> float | None:
    return round(value, 4) if math.isfinite(value) else None
