"""A session's results, second by second."""

import math
from collections import deque

import numpy as np

from fer_core.temporal import SecondWindows
from fer_core.types import MEASURES, EmotionSample, FloatArray, FrameResult

#: Four hours of four faces; what is older is forgotten, so that a stream left on stays small.
MAX_SAMPLES = 4 * 3600 * 4


class SessionRecord:
    """Keeps one sample per track and second; memory is bounded. Not for two threads at once."""

    def __init__(self, max_samples: int = MAX_SAMPLES) -> None:
        self._windows = SecondWindows()
        self._samples: deque[EmotionSample] = deque(maxlen=max_samples)
        self._most = max_samples
        self._sums: dict[tuple[int, int], FloatArray] = {}

    def __len__(self) -> int:
        return len(self._samples)

    def add(self, result: FrameResult) -> None:
        """Take a result in; results come in the order of their time."""
        self._samples.extend(self._windows.add(result))
        second = math.floor(result.time_s)
        known = np.isfinite(result.faces.measures).all(axis=1)
        for row in np.flatnonzero(known):
            key = (int(result.faces.track_ids[row]), second)
            if key not in self._sums:
                if len(self._sums) >= self._most:
                    del self._sums[next(iter(self._sums))]
                self._sums[key] = np.zeros(len(MEASURES) + 1, np.float32)
            self._sums[key][:-1] += result.faces.measures[row]
            self._sums[key][-1] += 1

    def measures(self) -> dict[tuple[int, int], FloatArray]:
        """(track, whole second) -> (12,) float32, order ``MEASURES``: means over the frames in
        which the face was measured; seconds without one are left out."""
        return {key: sums[:-1] / sums[-1] for key, sums in self._sums.items()}

    def samples(self) -> tuple[EmotionSample, ...]:
        """The complete seconds, oldest first."""
        return tuple(self._samples)

    def finish(self) -> None:
        """The second under way counts as it is; nothing is added later."""
        self._samples.extend(self._windows.flush())
