"""Locks that a process holds on a file or folder while it works: the system lets go when it dies.

Unlike a process number in a file, which a kill leaves behind and another process may get. They
keep threads of one process apart as well.
"""

import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fer_core.errors import BusyError

#: Somebody who only looks holds a lock for microseconds: trying for this long tells them apart.
PATIENCE_S = 0.5
#: How long ``hold`` waits for another who changes the same thing.
HOLD_PATIENCE_S = 20.0

_LOOK_EVERY_S = 0.02
_HELD = threading.local()


@contextmanager
def hold(
    path: Path, patience_s: float = HOLD_PATIENCE_S, what: str | None = None
) -> Iterator[None]:
    """Change something alone, among threads and processes; may be nested in a thread.

    Args:
        path: a folder that is there, or the lock's own file, which is made.
        patience_s: how long to wait for whoever is inside.
        what: is changed, in words; the name of ``path`` by default.

    Raises:
        BusyError: somebody else has been inside for too long.
        OSError: the lock cannot be opened.
    """
    mine: set[Path] = _HELD.__dict__.setdefault("paths", set())
    path = path.resolve()
    if path in mine:
        yield
        return
    with try_hold(path, patience_s) as is_mine:
        if not is_mine:
            raise BusyError(
                f"Somebody else is changing {what or path.name}: try again in a moment."
            )
        mine.add(path)
        try:
            yield
        finally:
            mine.discard(path)


@contextmanager
def try_hold(path: Path, patience_s: float = PATIENCE_S) -> Iterator[bool]:
    """Hold the lock of ``path`` until the block ends; yields False where somebody else does.

    Raises:
        OSError: the file cannot be made.
    """
    handle = _open(path)
    try:
        end_s = time.monotonic() + patience_s
        while not (held := _try_lock(handle, shared=False)) and time.monotonic() < end_s:
            time.sleep(_LOOK_EVERY_S)
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


def _open(path: Path) -> int:
    """A folder is locked itself, so that nothing lies in it; Windows needs a file for that."""
    if path.is_dir() and sys.platform != "win32":
        return os.open(path, os.O_RDONLY)
    path = path / ".lock" if path.is_dir() else path
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)


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
