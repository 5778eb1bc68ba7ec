"""Folders for what is not to be kept: uploads, videos that are cut, previews.

Each is private (0700) and goes with its work. Where the process is killed, nobody holds its lock
any more, and ``sweep`` removes it. The lock is the system's and not a process number in the name:
that number comes again, in a container already at the next start.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from fer_core.errors import FerError
from fer_core.locks import try_hold

PREFIX: Final = "mien-scratch-"
_LOCK: Final = ".mien-lock"
#: Of making one; a sweep may take it before it is locked.
_TRIES: Final = 10


class Scratch:
    """A folder that is this process's until ``close``.

    Raises:
        FerError: it cannot be made.
    """

    def __init__(self) -> None:
        self._held = ExitStack()
        self.path = self._take()

    def _take(self) -> Path:
        for _ in range(_TRIES):
            try:
                path = Path(tempfile.mkdtemp(prefix=PREFIX))
                is_mine = self._held.enter_context(try_hold(path / _LOCK))
            except FileNotFoundError:  # swept between the two steps
                continue
            except OSError as error:
                raise FerError(
                    f"No temporary folder can be made ({error.strerror or error}). Check room and "
                    "rights of the folder that TMPDIR names."
                ) from error
            if is_mine and (path / _LOCK).exists():
                return path
        raise FerError("No temporary folder can be made: others remove them at once.")

    def close(self) -> None:
        """Remove it; doing it twice does no harm."""
        shutil.rmtree(self.path, ignore_errors=True)
        self._held.close()


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """A folder for the block.

    Raises:
        FerError: it cannot be made.
    """
    made = Scratch()
    try:
        yield made.path
    finally:
        made.close()


def sweep_scratch(*, dry_run: bool = False) -> int:
    """Remove the folders whose processes are gone; how many.

    Args:
        dry_run: only count.
    """
    gone = 0
    for path in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        if not _is_own(path):
            continue
        lock = path / _LOCK
        try:
            if dry_run and not lock.exists():
                gone += 1
                continue
            with try_hold(lock, 0.0) as is_free:
                if not is_free:
                    continue
                gone += 1
                if not dry_run:
                    shutil.rmtree(path, ignore_errors=True)
        except OSError:  # it went meanwhile
            continue
    return gone


def _is_own(path: Path) -> bool:
    """Whether this account made the folder; links are never followed."""
    try:
        found = path.lstat()
    except OSError:
        return False
    is_mine = os.name != "posix" or found.st_uid == os.getuid()
    return path.is_dir() and not path.is_symlink() and is_mine
