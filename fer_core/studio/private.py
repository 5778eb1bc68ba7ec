"""Files of recorded people, which only the account of the server may read, and a set's lock."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fer_core.errors import FerError
from fer_core.files import PRIVATE, make_private_dir, write_whole
from fer_core.locks import hold


def write_private(path: Path, content: bytes | str) -> None:
    """Write a file whole or not at all, mode 0600.

    Raises:
        FerError: there is no room or no right.
    """
    try:
        write_whole(path, content, PRIVATE)
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
    folder = path.resolve().parent / ".locks"
    make_private_dir(folder)
    with hold(folder / f"{path.name}.lock", what="this set"):
        yield
