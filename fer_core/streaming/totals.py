"""What all streams of a process did since it began, for whoever watches over it."""

import threading
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

#: Upper ends of the classes into which the seconds of an analysis are counted.
BOUNDS_S: Final = (0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0)


@dataclass(frozen=True, slots=True)
class Counts:
    """The totals of one moment.

    Attributes:
        frames: that arrived.
        dropped: replaced by a newer one before they were analysed.
        analysed: how many analyses took at most each of ``BOUNDS_S``, and how many longer; not
            added up.
        analysis_s: seconds that all analyses took.
        errors: how many faults, by what was being done: ``start``, ``analysis``, ``drawing``.
    """

    frames: int
    dropped: int
    analysed: tuple[int, ...]
    analysis_s: float
    errors: dict[str, int]


@dataclass(eq=False)
class Totals:
    """Counts; thread-safe."""

    _lock: threading.Lock = field(default_factory=threading.Lock)
    _frames: int = 0
    _dropped: int = 0
    _analysed: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS_S) + 1))
    _analysis_s: float = 0.0
    _errors: Counter[str] = field(default_factory=Counter)

    def add_frame(self) -> None:
        """A frame arrived."""
        with self._lock:
            self._frames += 1

    def add_drop(self) -> None:
        """A frame was replaced before it was analysed."""
        with self._lock:
            self._dropped += 1

    def add_analysis(self, seconds: float) -> None:
        """A frame was analysed, in so many seconds."""
        with self._lock:
            self._analysed[bisect_left(BOUNDS_S, seconds)] += 1
            self._analysis_s += seconds

    def add_error(self, stage: str) -> None:
        """Something failed."""
        with self._lock:
            self._errors[stage] += 1

    def counts(self) -> Counts:
        """As they stand."""
        with self._lock:
            return Counts(
                self._frames,
                self._dropped,
                tuple(self._analysed),
                self._analysis_s,
                dict(self._errors),
            )


@lru_cache(maxsize=1)
def shared_totals() -> Totals:
    """Those of this process."""
    return Totals()
