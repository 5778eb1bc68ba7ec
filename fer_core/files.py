"""Opening files that people name: one sentence for whatever stands in the way."""

from pathlib import Path
from typing import BinaryIO

from fer_core.errors import DecodeError


def printable_name(name: str | Path) -> str:
    """The name on one line and encodable anywhere, whatever bytes the file system allows."""
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in str(name)
    )


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
