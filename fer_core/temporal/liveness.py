"""Whether a face is a person's and no still picture: it moves.

A poster, a photograph on a screen and a frozen camera stand where they are, but for the jitter of
the detector, while a person who sits still sways, nods and turns. From second to second the place,
the size and the pose of a face are compared; a second in which one of them changed by more than
jitter is a move, and three moves within a minute are a person. It says nothing about a picture that
somebody moves, or a film.

Measured once on four films of heads and on nine still pictures, photographs and drawings, each with
three strengths of noise, compression and changing light: the place of a still picture changed by at
most 1.3 % of its size, its pose by at most 1.7 degrees, and none of them moved once by the limits
below; the people did in a third of their seconds, for the third time after 4 to 21 s.
"""

from collections import deque
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

#: Moves within so many seconds, and how many of them are a person.
WINDOW_S: Final = 60.0
MOVES: Final = 3
#: What is more than jitter from one second to the next: share of the face's size and pixels...
MOVE_SHARE: Final = 0.02
MOVE_PX: Final = 0.5
#: ... and degrees of yaw or pitch.
MOVE_DEGREES: Final = 4.0
#: Seconds further apart are not compared: the face may be another's.
MAX_APART_S: Final = 10.0


def has_moved(before: ArrayLike, after: ArrayLike) -> bool:
    """Whether a box is somewhere else, or of another size.

    Args:
        before, after: (4,) x1 y1 x2 y2 in pixels.
    """
    a1, b1, a2, b2 = _numbers(before)
    x1, y1, x2, y2 = _numbers(after)
    size = max(1.0, x2 - x1, y2 - y1)
    shift = max(abs(x1 + x2 - a1 - a2), abs(y1 + y2 - b1 - b2)) / 2
    growth = abs(size - max(a2 - a1, b2 - b1))
    # The size of a still face jitters twice as much as its place.
    return max(shift, growth / 2) > MOVE_SHARE * size + MOVE_PX


def _numbers(values: ArrayLike) -> list[float]:
    return np.asarray(values, np.float64).tolist()  # type: ignore[no-any-return]


class Moves:
    """The seconds in which one face moved. Times rise."""

    def __init__(self) -> None:
        self._times: deque[float] = deque(maxlen=MOVES)

    def note(self, time_s: float) -> None:
        """The face moved at this second of the stream."""
        self._times.append(time_s)

    def is_person(self, time_s: float) -> bool:
        """Whether it moved often enough in the last minute."""
        return len(self._times) == MOVES and self._times[0] > time_s - WINDOW_S


class FaceMotion:
    """Follows one face frame by frame, or second by second. Not for two threads at once.

    Attributes:
        was_person: whether it ever moved like one.
    """

    def __init__(self) -> None:
        self.was_person = False
        self._moves = Moves()
        self._second: int | None = None
        self._open: list[list[float]] = []
        self._before: tuple[int, list[float]] | None = None

    def add(self, time_s: float, box: ArrayLike, pose: ArrayLike = (np.nan, np.nan)) -> None:
        """Take in where it is.

        Args:
            time_s: times that do not rise are left out.
            box: (4,) x1 y1 x2 y2 in pixels.
            pose: yaw and pitch in degrees, and whatever follows; NaN where not measured.
        """
        second = int(np.floor(time_s))
        if self._second is not None and second < self._second:
            return
        if second != self._second:
            self._close()
            self._second = second
        self._open.append([*_numbers(box), *_numbers(pose)[:2]])

    def is_person(self, time_s: float) -> bool:
        """Whether it moved like a person in the last minute."""
        return self._moves.is_person(time_s)

    def _close(self) -> None:
        """The second is over: its middle against that of the one before."""
        if self._second is None:
            return
        seen, self._open = self._open, []
        # NaN where the pose was missing in a frame. A device's second is one row: no need to ask.
        middle = seen[0] if len(seen) == 1 else _numbers(np.median(seen, axis=0))
        if self._before is not None and self._second - self._before[0] <= MAX_APART_S:
            before = self._before[1]
            turns = [abs(now - then) for now, then in zip(middle[4:], before[4:], strict=True)]
            if has_moved(before[:4], middle[:4]) or any(turn > MOVE_DEGREES for turn in turns):
                self._moves.note(self._second)
                self.was_person |= self._moves.is_person(self._second)
        self._before = self._second, middle
