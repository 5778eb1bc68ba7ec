"""The last minute of the face in focus, as arrays to draw."""

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fer_core.labels import NUM_EMOTIONS
from fer_core.types import FloatArray, FrameResult, IntArray

SPAN_S = 60.0
RATE_HZ = 5.0


@dataclass(frozen=True, slots=True, eq=False)
class Timeline:
    """Samples of the face in focus, oldest first.

    Attributes:
        time_s: (T,) float64, seconds of stream time, increasing.
        probs: (T, 7) float32, smoothed; NaN rows where no face was in view.
        track_ids: (T,) int64, whose face it was; -1 where none was in view.
    """

    time_s: NDArray[np.float64]
    probs: FloatArray
    track_ids: IntArray


class TimelineRecorder:
    """Keeps a sample every fifth of a second, for a minute; memory is bounded."""

    def __init__(self, span_s: float = SPAN_S, rate_hz: float = RATE_HZ) -> None:
        self._span_s = span_s
        self._period_s = 1.0 / rate_hz
        self._rows: deque[tuple[float, int, FloatArray | None]] = deque(
            maxlen=int(span_s * rate_hz) + 1
        )

    def add(self, result: FrameResult) -> None:
        """Take a result in, if its time has come."""
        # The slack keeps a camera whose frames come a hair early from losing every other sample.
        due_s = self._rows[-1][0] + 0.9 * self._period_s if self._rows else float("-inf")
        if result.time_s < due_s:
            return
        focus = result.focus
        if focus is None:
            self._rows.append((result.time_s, -1, None))
        else:
            track_id = int(result.faces.track_ids[focus])
            self._rows.append((result.time_s, track_id, result.smoothed[focus]))

    def view(self) -> Timeline:
        """The samples of the last ``span_s`` seconds before the newest one."""
        rows = tuple(self._rows)
        if rows:
            rows = tuple(row for row in rows if row[0] >= rows[-1][0] - self._span_s)
        missing = np.full(NUM_EMOTIONS, np.nan, np.float32)
        probs = np.array([missing if row[2] is None else row[2] for row in rows], np.float32)
        return Timeline(
            np.array([row[0] for row in rows], np.float64),
            probs.reshape(len(rows), NUM_EMOTIONS),
            np.array([row[1] for row in rows], np.int64),
        )
