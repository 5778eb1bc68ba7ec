"""What is asked of a file before its content counts: size, length, hash."""

import hashlib
from pathlib import Path

from fer_core.analysis.outcome import Task
from fer_core.config import settings
from fer_core.errors import LimitError
from fer_core.text import printable_name


def hash_file(path: str) -> str:
    """SHA-256 of a file's bytes, in hex, read a part at a time."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check_size(task: Task) -> None:
    """Refuse a file of more bytes than the setting FER_MAX_BYTES.

    Raises:
        LimitError: it has more.
    """
    try:
        size = Path(task.file).stat().st_size
    except (OSError, ValueError):
        return  # opening it gives the sentence
    if size > settings().max_bytes:
        raise LimitError(
            f"{printable_name(task.name)} has {size:,} bytes and the limit is "
            f"{settings().max_bytes:,}; cut it or raise FER_MAX_BYTES."
        )


def check_duration(task: Task, seconds: float | None) -> None:
    """Refuse a video of more seconds than the setting FER_MAX_DURATION_S; None is unknown.

    Raises:
        LimitError: it has more.
    """
    limit = settings().max_duration_s
    if seconds is not None and seconds > limit:
        raise LimitError(
            f"{printable_name(task.name)} is longer than {limit:,.0f} s, the limit; cut it or "
            "raise FER_MAX_DURATION_S."
        )
