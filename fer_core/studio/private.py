"""Files that only the account of the server may read, and the lock of a set."""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fer_core.errors import BusyError, FerError
from fer_core.runs.locks import try_hold

#: How long somebody waits for another who changes the same set.
PATIENCE_S = 20.0

_LOCKS: dict[Path, threading.RLock] = {}
_GUARD = threading.Lock()
_DEPTH = threading.local()


def make_private_dir(path: Path) -> None:
    """Make the folder and those above it that are missing, mode 0700.

    Raises:
        FerError: it cannot be made.
    """
    try:
        for folder in [*reversed(path.parents), path]:
            if not folder.exists():
                folder.mkdir(mode=0o700, exist_ok=True)
        path.chmod(0o700)
    except OSError as error:
        raise FerError(
            f"{path} cannot be made ({error.strerror or error}). Check room and rights."
        ) from error


def write_private(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, mode 0600.

    Raises:
        FerError: there is no room or no right.
    """
    beside = path.with_name(f".{path.name}.part")
    try:
        beside.unlink(missing_ok=True)
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        raise FerError(
            f"{path} cannot be written ({error.strerror or error}). Check room and rights."
        ) from error


@contextmanager
def hold_set(path: Path) -> Iterator[None]:
    """Change a set alone, among threads and processes; may be nested in a thread.

    Raises:
        BusyError: somebody else has been changing it for too long.
    """
    path = path.resolve()
    with _GUARD:
        lock = _LOCKS.setdefault(path, threading.RLock())
    if not lock.acquire(timeout=PATIENCE_S):
        raise BusyError("Somebody else is changing this set: try again in a moment.")
    depths: dict[Path, int] = _DEPTH.__dict__.setdefault("of", {})
    try:
        if depths.get(path):
            yield
            return
        folder = path.parent / ".locks"
        make_private_dir(folder)
        end_s = time.monotonic() + PATIENCE_S
        with try_hold(folder / f"{path.name}.lock", end_s - time.monotonic()) as is_mine:
            if not is_mine:
                raise BusyError("Somebody else is changing this set: try again in a moment.")
            depths[path] = 1
            try:
                yield
            finally:
                depths.pop(path, None)
    finally:
        lock.release()
