"""Seconds of people and classes: the measures of their frames, averaged over time."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from fer_core.classroom.measures import (
    WIDTH,
    Figures,
    Matrix,
    mean_over_people,
    measure_faces,
    measures_of,
)
from fer_core.classroom.measures import round_tenths as _round_tenths
from fer_core.classroom.places import LivingFaces
from fer_core.temporal import MAX_GAP_S, spread
from fer_core.temporal.liveness import MAX_APART_S, WINDOW_S, FaceMotion
from fer_core.types import EmotionSample, FrameResult


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
        is_living: whether the face moved like a person's in the minute before; a still picture
            counts in no class.
    """

    second_s: int
    values: Matrix
    covered_s: float
    fewest: int
    is_living: bool = True

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
        for second, length in spread(start_s, end_s):
            sums = self._open.setdefault(second, _Sums())
            sums.values += np.where(known, values, 0.0) * length
            sums.seconds += known * length
            sums.covered_s += length
            sums.fewest = min(sums.fewest, people)


def _finish(second: int, sums: _Sums) -> Second:
    nothing = np.full(WIDTH, np.nan)
    values = np.divide(sums.values, sums.seconds, out=nothing, where=sums.seconds > 0)
    return Second(second, np.clip(values, 0, 1), min(1.0, sums.covered_s), sums.fewest)


#: A camera that searches a whole room for small faces takes a second for a frame, and several on
#: a busy computer; a device of its own is a live stream like any other.
CAMERA_GAP_S: Final = 10.0
#: Seconds that wait to be fetched: a page asleep for longer loses the oldest.
_MOST = 120


class DeviceMeter:
    """Seconds of the one person before a device: the face in focus. Thread-safe."""

    def __init__(self) -> None:
        self._means = SecondMeans(MAX_GAP_S)
        self._motion = FaceMotion()
        self._lock = threading.Lock()
        self._done: list[Second] = []
        self._recent: list[Second] = []
        self._newest: Second | None = None
        self._began_s: int | None = None

    @property
    def newest(self) -> Second | None:
        """The second that was completed last; for the person's own view."""
        return self._newest

    @property
    def is_still(self) -> bool:
        """Whether a face was there for a minute and moved like a still picture."""
        newest, began_s = self._newest, self._began_s
        return (
            newest is not None
            and began_s is not None
            and not newest.is_living
            and newest.second_s - began_s > WINDOW_S
        )

    def add(self, result: FrameResult, now_s: float) -> None:
        """Take in what was found in the frame of this moment (UTC seconds)."""
        focus = result.focus
        with self._lock:
            values = None if focus is None else measure_faces(result)[focus]
            if focus is not None:
                self._motion.add(now_s, result.faces.boxes[focus], result.faces.poses[focus])
            found = [
                replace(one, is_living=self._motion.is_person(one.second_s))
                for one in self._means.add(now_s, values)
            ]
            self._note(found)

    def add_second(
        self, sample: EmotionSample, concentration: float, second_s: int, box: Sequence[float]
    ) -> None:
        """Take in a second that the device measured by itself.

        Args:
            sample: of the face in focus.
            concentration: index of it, 0..1; NaN where not measured.
            second_s: UTC, whole seconds since 1970.
            box: of it, x1 y1 x2 y2 in pixels.
        """
        values = measures_of(sample, concentration)
        with self._lock:
            self._motion.add(second_s, box)
            is_living = self._motion.is_person(second_s)
            self._note([Second(second_s, values, sample.valid_s, 1, is_living)])

    def _note(self, found: list[Second]) -> None:
        self._done = [*self._done, *found][-_MOST:]
        self._recent = [*self._recent, *found][-_MOST:]
        for one in found:
            # After a gap the face may be another's, or the same one that has still to move again.
            if self._newest is None or one.second_s - self._newest.second_s > MAX_APART_S:
                self._began_s = one.second_s
            self._newest = one

    def looked_back(self, now_s: float, seconds: int) -> Matrix:
        """(S, 10) the newest so many seconds of a person before the device, columns ``MEASURES``;
        those of a still picture are left out."""
        with self._lock:
            rows = [
                one.values
                for one in self._recent
                if one.is_living and one.second_s >= now_s - seconds
            ]
        return np.array(rows, np.float64).reshape(-1, WIDTH)

    def take(self) -> list[Second]:
        """The seconds that are complete and were not taken yet."""
        with self._lock:
            done, self._done = self._done, []
        return done


class CrowdMeter:
    """Seconds of all faces before one camera, never of one of them. Thread-safe.

    A frame counts from k faces on that moved like people in the last minute: they are so many,
    since nobody is twice in one frame, and still pictures count neither for k nor in the means.

    Args:
        k: smallest group that is measured.
    """

    def __init__(self, k: int) -> None:
        self._k = k
        self._means = SecondMeans(CAMERA_GAP_S)
        self._lock = threading.Lock()
        self._done: list[tuple[int, Figures]] = []
        self._living = LivingFaces()
        self._in_view = self._counted = 0
        self._size = (0, 0)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the newest frame in pixels; 0, 0 before the first."""
        return self._size

    @property
    def in_view(self) -> int:
        """Faces in the newest frame."""
        return self._in_view

    @property
    def counted(self) -> int:
        """Those of them that moved like people."""
        return self._counted

    def add(self, result: FrameResult, now_s: float) -> None:
        """Take in what was found in the frame of this moment (UTC seconds)."""
        with self._lock:
            living = self._living.update(result.faces.boxes.astype(np.float64), now_s)
            people = int(living.sum())
            enough = people >= self._k
            rows = measure_faces(result)[living] if enough else None
            values = None if rows is None else mean_over_people(rows, self._k)
            self._in_view, self._counted = len(result.faces), people
            self._size = (result.width, result.height)
            for second in self._means.add(now_s, values, people):
                figures = Figures(second.fewest, _round_tenths(second.values))
                self._done = [*self._done, (second.second_s, figures)][-_MOST:]

    def take(self) -> list[tuple[int, Figures]]:
        """(UTC second, figures) that are complete and were not taken yet."""
        with self._lock:
            done, self._done = self._done, []
        return done
