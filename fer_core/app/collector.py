"""Keeps Python's collector of circular garbage from holding everything up.

A collection holds Python's lock. What is loaded once and stays (modules, models: some 260,000
objects) is looked through by every full collection, which took 0.15 to 0.2 s each time.
"""

import gc
import threading

_lock = threading.Lock()
_settled: set[str] = set()


def settle(page: str) -> None:
    """Set what is loaded by now apart, so that no later collection looks at it.

    Once for every page, since the first visit loads what the page needs. Not more often: what a
    visitor leaves behind would be set apart with the rest, and kept for ever.

    Args:
        page: that has been drawn.
    """
    with _lock:
        if page in _settled:
            return
        _settled.add(page)
        gc.collect()
        gc.freeze()
