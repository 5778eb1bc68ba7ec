"""Frames to seconds: means over time, not over frames."""

import math
import threading
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from fer_core.classroom.measures import WIDTH, Figures, Matrix, mean_over_people, measure_faces
from fer_core.classroom.measures import round_tenths as _round_tenths
from fer_core.types import FrameResult


@dataclass(slots=True)
class _Sums:
    values: Matrix = field(default_factory=lambda: np.zeros(WIDTH))
    seconds: Matrix = field(default_factory=lambda: np.zeros(WIDTH))
    covered_s: float = 0.0
    fewest: int = 2**31


@dataclass(frozen=True, slots=True, eq=False)
class Second:
    """One second of a person or a class.

    Attributes:
        second_s: UTC, whole seconds since 1970.
        values: (10,) float64 means over the second, columns ``MEASURES``; NaN where not measured.
        covered_s: seconds of it in which something was measured, 0..1.
        fewest: fewest people in its frames.
    """

    second_s: int
    values: Matrix
    covered_s: float
    fewest: int

    @property
    def is_complete(self) -> bool:
        """Whether every measure was taken."""
        return bool(np.isfinite(self.values).all())


class SecondMeans:
    """Means over whole seconds of what frames show. Not for two threads at once.

    What a frame shows holds until the next one, for at most ``max_gap_s``; so the means do not
    depend on the frame rate.

    Args:
        max_gap_s: frames further apart leave a gap.
    """

    def __init__(self, max_gap_s: float) -> None:
        self._max_gap_s = max_gap_s
        self._last: tuple[float, Matrix, int] | None = None
        self._open: dict[int, _Sums] = {}

    def add(self, time_s: float, values: Matrix | None, people: int = 1) -> list[Second]:
        """Take a frame in; the seconds that no later frame can add to, in order.

        Args:
            time_s: UTC in seconds since 1970; a time that does not increase is left out.
            values: (10,), NaN where not measured; None where there is nothing to measure.
            people: in the frame.
        """
        before = self._last
        if before is not None and time_s <= before[0]:
            return []
        if before is not None and time_s - before[0] <= self._max_gap_s:
            self._spread(before, time_s)
        self._last = None if values is None else (time_s, values, people)
        done = sorted(second for second in self._open if second + 1 <= time_s)
        return [_finish(second, self._open.pop(second)) for second in done]

    def _spread(self, frame: tuple[float, Matrix, int], end_s: float) -> None:
        start_s, values, people = frame
        known = np.isfinite(values)
        for second in range(math.floor(start_s), math.ceil(end_s)):
            length = min(end_s, second + 1) - max(start_s, second)
            if length > 0:
                sums = self._open.setdefault(second, _Sums())
                sums.values += np.where(known, values, 0.0) * length
                sums.seconds += known * length
                sums.covered_s += length
                sums.fewest = min(sums.fewest, people)


def _finish(second: int, sums: _Sums) -> Second:
    nothing = np.full(WIDTH, np.nan)
    values = np.divide(sums.values, sums.seconds, out=nothing, where=sums.seconds > 0)
    return Second(second, np.clip(values, 0, 1), min(1.0, sums.covered_s), sums.fewest)


#: Frames of a device of its own; of a camera that searches a whole room for small faces, which
#: takes a second, and several on a busy computer.
DEVICE_GAP_S: Final = 0.5
CAMERA_GAP_S: Final = 10.0
#: Seconds that wait to be fetched: a page asleep for longer loses the oldest.
_MOST = 120


class DeviceMeter:
    """Seconds of the one person before a device: the face in focus. Thread-safe."""

    def __init__(self) -> None:
        self._means = SecondMeans(DEVICE_GAP_S)
        self._lock = threading.Lock()
        self._done: list[Second] = []
        self._newest: Second | None = None

    @property
    def newest(self) -> Second | None:
        """The second that was completed last; for the person's own view."""
        return self._newest

    def add(self, result: FrameResult, now_s: float) -> None:
        """Take in what was found in the frame of this moment (UTC seconds)."""
        focus = result.focus
        with self._lock:
            values = None if focus is None else measure_faces(result)[focus]
            found = self._means.add(now_s, values)
            self._done = [*self._done, *found][-_MOST:]
            self._newest = found[-1] if found else self._newest

    def take(self) -> list[Second]:
        """The seconds that are complete and were not taken yet."""
        with self._lock:
            done, self._done = self._done, []
        return done


class CrowdMeter:
    """Seconds of all faces before one camera, never of one of them. Thread-safe.

    A frame counts from k faces on: they are so many people, since nobody is twice in one frame.

    Args:
        k: smallest group that is measured.
    """

    def __init__(self, k: int) -> None:
        self._k = k
        self._means = SecondMeans(CAMERA_GAP_S)
        self._lock = threading.Lock()
        self._done: list[tuple[int, Figures]] = []
        self._in_view = 0
        self._size = (0, 0)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the newest frame in pixels; 0, 0 before the first."""
        return self._size

    @property
    def in_view(self) -> int:
        """Faces in the newest frame."""
        return self._in_view

    def add(self, result: FrameResult, now_s: float) -> None:
        """Take in what was found in the frame of this moment (UTC seconds)."""
        people = len(result.faces)
        enough = people >= self._k
        values = mean_over_people(measure_faces(result), self._k) if enough else None
        with self._lock:
            self._in_view, self._size = people, (result.width, result.height)
            for second in self._means.add(now_s, values, people):
                figures = Figures(second.fewest, _round_tenths(second.values))
                self._done = [*self._done, (second.second_s, figures)][-_MOST:]

    def take(self) -> list[tuple[int, Figures]]:
        """(UTC second, figures) that are complete and were not taken yet."""
        with self._lock:
            done, self._done = self._done, []
        return done
