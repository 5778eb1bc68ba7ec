"""A stream's own time in seconds, from the timestamps of its frames."""

from typing import Protocol

#: How far a stream's time may stray from the time that passed here before it is set anew: more
#: than network jitter makes, less than a person notices as a jump in a timeline of a minute.
MAX_DRIFT_S = 2.0

#: A timestamp this much smaller than the last one belongs to a new camera, not to a late frame.
RESTART_S = 0.5


class TimedFrame(Protocol):
    """What the clock reads of ``av.VideoFrame``."""

    @property
    def pts(self) -> int | None: ...

    @property
    def time(self) -> float | None: ...


class StreamClock:
    """Turns timestamps into seconds since the first frame that never run backwards.

    A camera that is stopped and started again begins at another timestamp, and some frames have
    none: the time that passed on this machine then bridges the gap, so that tracks and timelines
    go on as a person would expect. Not for two threads at once.
    """

    def __init__(self) -> None:
        self._first_now_s: float | None = None
        self._offset_s: float | None = None
        self._last_pts_s = 0.0
        self.time_s = 0.0

    def read(self, frame: TimedFrame, now_s: float) -> float:
        """Seconds since the first frame.

        Args:
            frame: its ``time`` is in seconds, from ``pts``; both may be missing.
            now_s: when it arrived, on this machine's monotonic clock.
        """
        if self._first_now_s is None:
            self._first_now_s = now_s
        passed_s = now_s - self._first_now_s
        pts_s = None if frame.pts is None else frame.time
        if pts_s is None:
            self._offset_s = None
            candidate_s = passed_s
        else:
            candidate_s = self._continue(float(pts_s), passed_s)
        self.time_s = max(self.time_s, candidate_s)
        return self.time_s

    def _continue(self, pts_s: float, passed_s: float) -> float:
        restarted = self._offset_s is None or pts_s < self._last_pts_s - RESTART_S
        if restarted or abs(pts_s + (self._offset_s or 0.0) - passed_s) > MAX_DRIFT_S:
            self._offset_s = max(self.time_s, passed_s) - pts_s
        self._last_pts_s = pts_s
        return pts_s + (self._offset_s or 0.0)


class Pacer:
    """Says which frames are due at a rate per second, evenly even when their times jitter."""

    def __init__(self) -> None:
        self._due_s = float("-inf")

    def is_due(self, time_s: float, rate_hz: float) -> bool:
        """True if a frame of this time is to be taken; it then counts as taken.

        Args:
            time_s: of the frame, in seconds.
            rate_hz: frames to take a second, from now on.
        """
        period_s = 1.0 / rate_hz
        # A quarter of a period early still counts: a camera at an exact multiple of the rate
        # would otherwise lose a frame to every rounding of its timestamps.
        if time_s < self._due_s - 0.25 * period_s:
            return False
        behind = time_s - self._due_s > period_s
        self._due_s = (time_s if behind else self._due_s) + period_s
        return True
