"""A lock that a process holds on a file while it works: the system lets go when it dies.

Unlike a process number in a file, which a kill leaves behind and another process may get.
"""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

#: Somebody who only looks holds a lock for microseconds: trying for this long tells them apart.
PATIENCE_S = 0.5


def _try_lock(handle: int, *, shared: bool) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


@contextmanager
def try_hold(path: Path, patience_s: float = PATIENCE_S) -> Iterator[bool]:
    """Hold the lock of ``path`` until the block ends; yields False where somebody else does.

    Raises:
        OSError: the file cannot be made.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        end_s = time.monotonic() + patience_s
        while not (held := _try_lock(handle, shared=False)) and time.monotonic() < end_s:
            time.sleep(0.02)
        yield held
    finally:
        os.close(handle)  # lets go


def is_held(path: Path) -> bool:
    """Whether a living process holds the lock of ``path``."""
    try:
        handle = os.open(path, os.O_RDWR)
    except OSError:
        return False
    try:
        return not _try_lock(handle, shared=True)
    finally:
        os.close(handle)
