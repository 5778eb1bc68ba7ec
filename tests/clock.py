"""Time in a test's hands."""

import time
from collections.abc import Callable

#: A moment in the year 2027, in seconds since 1970.
NOW_S = 1_800_000_000.0


class Clock:
    """Tells the seconds that a test sets."""

    def __init__(self, now_s: float = NOW_S) -> None:
        self.now_s = now_s

    def __call__(self) -> float:
        return self.now_s


def wait_until(condition: Callable[[], bool], timeout_s: float = 20.0) -> None:
    """Wait for another thread or process; fail after ``timeout_s``."""
    end_s = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < end_s, "waited in vain"
        time.sleep(0.005)
