"""Files: written whole or not at all, read back or said what is wrong, opened as people name them.

Everything that replaces a file or folder does it here: it is written under a name of its own in
the same folder and moved to its place, so that a reader, or a kill, finds the old or the new.
"""

import json
import os
import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

from fer_core.errors import DataError, DecodeError, FerError
from fer_core.locks import hold
from fer_core.text import printable_name

Object = dict[str, Any]

#: Rights of a file that only the account of the server may read, and of one for everybody.
PRIVATE, SHARED = 0o600, 0o644
#: No writing takes as long as this: an older piece was left by a kill.
_PIECE_S = 3600.0
#: How the name of a folder begins that is being removed.
_DELETED = ".deleted-"
#: How that of a folder begins in whose place another comes; its own name follows the mark.
_REPLACED, _MARK_BYTES = ".replaced-", 8
#: What a kill leaves; the last two are how earlier versions named models and sets being made.
_PIECES = (".*.part", f"{_DELETED}*", f"{_REPLACED}*", ".export-*", ".import-*")
_BINARY = getattr(os, "O_BINARY", 0)  # without it Windows turns line feeds into two bytes


@contextmanager
def open_whole(path: Path, mode: int = SHARED) -> Iterator[BinaryIO]:
    """Write a file that takes its place when the block ends, and not where the block fails.

    Args:
        path: may be there; its folder is.
        mode: rights of the file from its first byte on, less those that the process masks.

    Raises:
        OSError: there is no room or no right; what was there before still is.
    """
    piece = path.with_name(f".{path.name[:40]}.{secrets.token_hex(8)}.part")
    try:
        handle = os.open(piece, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, mode)
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        piece.replace(path)
    except BaseException:
        with suppress(OSError):
            piece.unlink(missing_ok=True)
        raise


def write_whole(path: Path, data: bytes | str, mode: int = SHARED) -> None:
    """Write a file whole or not at all; text as UTF-8. See ``open_whole``.

    Raises:
        OSError: there is no room or no right; what was there before still is.
    """
    with open_whole(path, mode) as file:
        file.write(data.encode() if isinstance(data, str) else data)


def write_json(path: Path, value: Object, mode: int = SHARED) -> None:
    """Write an object as JSON, whole or not at all. See ``open_whole``.

    Raises:
        OSError: there is no room or no right; what was there before still is.
    """
    write_whole(path, json.dumps(value, indent=2) + "\n", mode)


def read_object(path: Path) -> Object:
    """The object in a file of JSON.

    Raises:
        DataError: the file is missing, cannot be read, or holds something else; says which.
    """
    shown = printable_name(path)
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise DataError(f"{shown} does not exist; check the path.") from error
    except OSError as error:
        reason = error.strerror or error
        raise DataError(f"{shown} cannot be read ({reason}); check its rights.") from error
    except (ValueError, RecursionError) as error:
        raise DataError(
            f"{shown} is damaged: it is no JSON ({error}). Restore it from a copy, or delete it."
        ) from error
    if not isinstance(value, dict):
        raise DataError(
            f"{shown} is damaged: it must hold an object. Received: {type(value).__name__}."
        )
    return value


def peek_object(path: Path) -> Object:
    """The object in a file of JSON; empty where it is missing or damaged.

    For those who only look at what others write, and show nothing where nothing is. Who would
    write the file again takes ``change_json``, which loses nothing.
    """
    try:
        return read_object(path)
    except DataError:
        return {}


def change_json(path: Path, change: Callable[[Object], None], mode: int = SHARED) -> Object:
    """Change an object in a file alone, among threads and processes: lock, read, change, write.

    Whoever changes several files of a folder that belong together does it under ``locks.hold`` of
    the folder, which this holds as well.

    Args:
        path: in a folder that is there; a file that is missing counts as an empty object.
        change: alters the object it is given. Where it leaves it as it was, nothing is written.

    Returns:
        The object as it is now.

    Raises:
        DataError: the file is damaged, so that changing it would lose what it held.
        BusyError: somebody else has been changing it for too long.
        OSError: there is no room or no right.
    """
    with hold(path.parent):
        value = read_object(path) if path.exists() else {}
        before = json.dumps(value)
        change(value)
        if json.dumps(value) != before:
            write_json(path, value, mode)
        return value


@contextmanager
def whole_folder(path: Path, *, private: bool = False) -> Iterator[Path]:
    """Fill a folder that takes the place of ``path`` when the block ends, whole or not at all.

    Args:
        path: may be there, and is then replaced; folders above it are made. Who is killed in the
            moment of replacing leaves the old one to ``clear_pieces``, which puts it back.
        private: only the account of the server may enter it.

    Yields:
        The empty folder to fill.

    Raises:
        OSError: there is no room or no right; what was there before still is.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    mark = secrets.token_hex(_MARK_BYTES)
    piece, old = path.with_name(f".{mark}.part"), path.with_name(f"{_REPLACED}{mark}-{path.name}")
    try:
        piece.mkdir(mode=0o700 if private else 0o755)
        yield piece
        with suppress(FileNotFoundError):
            path.rename(old)
        try:
            piece.rename(path)
        except OSError:
            if old.exists():
                old.rename(path)
            raise
    finally:
        for rest in (piece, old):
            shutil.rmtree(rest, ignore_errors=True)


def remove_whole(path: Path) -> None:
    """Remove a folder that is gone from every list at once, however long removing takes.

    Raises:
        OSError: it cannot be moved or removed.
    """
    gone = path.with_name(f"{_DELETED}{secrets.token_hex(8)}")
    path.rename(gone)
    _remove_tree(gone)
    for piece in path.parent.glob(f"{_REPLACED}*"):  # else it would be put back one day
        if _place_of(piece) == path:
            _remove_tree(piece)


def put_back(folder: Path) -> None:
    """Put back what killed writers were replacing in a folder, where nothing took its place."""
    for piece in folder.glob(f"{_REPLACED}*"):
        with suppress(OSError):  # somebody else puts it back as well
            if (place := _place_of(piece)) is not None and not place.exists():
                piece.rename(place)


def _remove_tree(path: Path) -> None:
    while path.exists():
        with suppress(FileNotFoundError):  # whoever clears the folder removes it as well
            shutil.rmtree(path)


def clear_pieces(folder: Path, older_than_s: float = _PIECE_S, *, dry_run: bool = False) -> int:
    """Remove what killed writers and removers left in a folder; how many pieces.

    Args:
        older_than_s: a younger piece of a file may be one that somebody writes now.
        dry_run: only count.
    """
    if not dry_run:
        put_back(folder)
    count = 0
    for piece in (one for kind in _PIECES for one in folder.glob(kind)):
        with suppress(OSError):  # somebody else clears as well
            age_s = time.time() - piece.stat().st_mtime
            if age_s < older_than_s and not piece.name.startswith((_DELETED, _REPLACED)):
                continue
            if dry_run:
                pass
            elif piece.is_dir():
                _remove_tree(piece)
            else:
                piece.unlink()
            count += 1
    return count


def _place_of(piece: Path) -> Path | None:
    """Where a folder lay that was being replaced."""
    if not piece.name.startswith(_REPLACED):
        return None
    return piece.with_name(piece.name[len(_REPLACED) + 2 * _MARK_BYTES + 1 :])


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


def open_input(path: str | Path, noun: str) -> tuple[BinaryIO, int]:
    """Open a regular file to read; with its size in bytes.

    Args:
        path: as the person gave it; messages repeat it so.
        noun: what the file should be, "picture" or "video".

    Raises:
        DecodeError: missing, not a regular file, not readable, or empty.
    """
    shown = printable_name(path)
    if not shown:
        raise DecodeError(f"An empty path names no {noun}; give a file's path.")
    path = Path(path)
    try:
        if path.is_dir():
            raise DecodeError(f"{shown} is a folder, not a {noun}; give a file inside it.")
        # A named pipe would wait for a writer for ever, a device never ends.
        if path.exists() and not path.is_file():
            raise DecodeError(f"{shown} is a device or pipe, not a file; save the {noun} first.")
        file = path.open("rb")
        size = path.stat().st_size
    except FileNotFoundError as error:
        raise DecodeError(f"{shown} does not exist; check the path.") from error
    except PermissionError as error:
        raise DecodeError(
            f"{shown} may not be read: permission denied; allow reading it."
        ) from error
    except (OSError, ValueError) as error:  # a name with a null byte is a ValueError
        reason = getattr(error, "strerror", None) or error
        raise DecodeError(f"{shown} cannot be opened ({reason}); check the path.") from error
    if size == 0:
        file.close()
        raise DecodeError(f"{shown} is empty (0 bytes); save or copy the {noun} again.")
    return file, size
