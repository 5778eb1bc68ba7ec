"""The samples of a whole file in little memory: 104 bytes per person and second."""

from array import array

import numpy as np
from numpy.typing import NDArray

from fer_core.labels import NUM_EMOTIONS
from fer_core.types import EmotionSample

_WIDTH = 6 + NUM_EMOTIONS


class SecondsTable:
    """Samples, packed as they come."""

    def __init__(self) -> None:
        self._values = array("d")

    def __len__(self) -> int:
        return len(self._values) // _WIDTH

    def append(self, sample: EmotionSample) -> None:
        """Add a sample at the end."""
        head = (sample.track_id, sample.time_s, sample.duration_s, sample.valid_s)
        self._values.extend((*head, sample.facing, sample.eyes_open, *sample.probs.tolist()))

    @property
    def _rows(self) -> NDArray[np.float64]:
        # A copy: a view would forbid the array to grow.
        return np.frombuffer(self._values.tobytes(), np.float64).reshape(-1, _WIDTH)

    def columns(self, track_id: int | None = None) -> dict[str, NDArray[np.float64]]:
        """``track_id``, ``time_s``, ``duration_s``, ``valid_s``, ``facing``, ``eyes_open``, each
        (T,) float64, and ``probs`` (T, 7); of all tracks, or of one.
        """
        rows = self._rows
        if track_id is not None:
            rows = rows[rows[:, 0] == track_id]
        names = ("track_id", "time_s", "duration_s", "valid_s", "facing", "eyes_open")
        found = {name: rows[:, column] for column, name in enumerate(names)}
        return found | {"probs": rows[:, len(names) :]}
