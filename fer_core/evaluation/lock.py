"""One writer at a time, whichever process it is in."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def exclusive(folder: Path) -> Iterator[None]:
    """Wait until nobody else is inside for this folder, and hold it until the block ends.

    The system lets go when a process dies, so that a kill leaves nothing to clean up.

    Raises:
        OSError: the folder cannot be opened, or its file system knows no locks.
    """
    if sys.platform == "win32":  # folders cannot be locked there
        import msvcrt

        with (folder / ".lock").open("a+b") as file:
            msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
            yield
        return
    import fcntl

    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
