"""Figures of a running stream: rates per second, medians, errors by kind."""

import logging
import statistics
import threading
from collections import Counter, deque
from collections.abc import Callable, Mapping

LOG_EVERY_S = 60.0


class RateMeter:
    """Events per second over the last seconds; thread safe for one writer."""

    def __init__(self, window_s: float = 3.0) -> None:
        self._window_s = window_s
        self._times: deque[float] = deque(maxlen=1024)

    def add(self, time_s: float) -> None:
        """Count one event, at seconds that do not decrease."""
        self._times.append(time_s)

    def rate(self, now_s: float) -> float:
        """Events per second; 0 until there are two, or when none came within the window."""
        known = tuple(self._times)
        begin_s = now_s - self._window_s
        times = [t for t in known if begin_s <= t <= now_s]
        if len(times) < 2 or times[-1] <= times[0]:
            return 0.0
        interval = (times[-1] - times[0]) / (len(times) - 1)
        earlier = [t for t in known if t < begin_s]
        if earlier and times[0] - earlier[-1] > 2 * interval:
            # What comes all at once after a stall was no faster than it was before: the silence
            # within the window counts as part of the time.
            interval = (times[-1] - begin_s) / len(times)
        # A stream that stopped a moment ago is not as fast as it was: once the silence is longer
        # than two intervals, it counts as part of the time.
        silence = now_s - times[-1]
        return 1.0 / interval if silence <= 2 * interval else len(times) / (now_s - times[0])


class MedianMeter:
    """Median of the last values."""

    def __init__(self, size: int = 60) -> None:
        self._values: deque[float] = deque(maxlen=size)

    def add(self, value: float) -> None:
        """Take one value in."""
        self._values.append(value)

    def median(self) -> float | None:
        """The median; None without a value."""
        values = tuple(self._values)
        return statistics.median(values) if values else None


class ErrorMeter:
    """Counts errors by kind, and logs each kind once a minute at most.

    A stream runs thirty times a second: one fault logged each time would fill a disk and hide
    every other line. Thread safe; logging happens outside the lock.
    """

    def __init__(self, logger: logging.Logger, clock: Callable[[], float]) -> None:
        self._logger = logger
        self._clock = clock
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()
        self._logged: dict[str, tuple[float, int]] = {}

    def record(self, stage: str, error: BaseException) -> None:
        """Count one error of a stage ('analysis', 'drawing', ...)."""
        kind = f"{stage}: {type(error).__name__}"
        now_s = self._clock()
        with self._lock:
            self._counts[kind] += 1
            count = self._counts[kind]
            last_s, last_count = self._logged.get(kind, (float("-inf"), 0))
            if now_s - last_s < LOG_EVERY_S:
                return
            self._logged[kind] = (now_s, count)
        self._logger.error(
            "Live stream, %s (%d new, %d in all).", kind, count - last_count, count, exc_info=error
        )

    def counts(self) -> Mapping[str, int]:
        """Number of errors by kind, such as ``{'analysis: ValueError': 3}``."""
        with self._lock:
            return dict(self._counts)
