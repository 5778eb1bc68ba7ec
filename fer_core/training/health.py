"""What was left of memory and disk, and why a run ended, in a sentence."""

import errno
import shutil
from pathlib import Path
from typing import Any

from fer_core.errors import FerError
from fer_core.text import Sentence, mark

#: Less than this left, when last heard of, makes memory or disk the likely reason of an end.
SCARCE_MEMORY_MB = 300.0
SCARCE_DISK_MB = 20.0
#: Checkpoints and an export of the largest recipe take less.
WANTED_DISK_MB = 500.0


def memory_left_mb() -> float | None:
    """Megabytes that processes may still take, within the container's limit; None if unknown."""
    left = []
    try:
        for line in Path("/proc/meminfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("MemAvailable:"):
                left.append(float(line.split()[1]) / 1024)
    except (OSError, ValueError, IndexError):
        pass
    group = Path("/sys/fs/cgroup")
    try:
        limit = float((group / "memory.max").read_text())
        left.append((limit - float((group / "memory.current").read_text())) / 2**20)
    except (OSError, ValueError):  # "max" is no number: no limit
        pass
    return max(0.0, min(left)) if left else None


def disk_left_mb(folder: Path) -> float | None:
    """Megabytes left where ``folder`` lies; None if unknown."""
    try:
        return shutil.disk_usage(folder).free / 2**20
    except OSError:
        return None


def explain_failure(error: BaseException) -> str:
    """What ended a run, and what to do, in one or two sentences."""
    if isinstance(error, FerError):
        return str(error)
    is_tensorflow_memory = type(error).__name__ == "ResourceExhaustedError"
    if isinstance(error, MemoryError) or is_tensorflow_memory:
        return mark("Memory ran out. Close other programs or take a smaller batch, then resume.")
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return mark("The disk is full. Make room, then resume: the last finished epoch is kept.")
    first = (str(error).strip().splitlines() or [""])[0]
    return f"It failed ({type(error).__name__}: {first[:300]}). See its log, then resume."


def explain_silence(status: dict[str, Any], folder: Path) -> str:
    """Why a run may have ended without a word, from what it last said and from the disk."""
    disk = disk_left_mb(folder)
    if disk is not None and disk < SCARCE_DISK_MB:
        return Sentence(
            mark(
                "It ended without a word, and the disk is full ({n} MB left). Make room, then "
                "resume."
            ),
            n=f"{disk:.0f}",
        )
    left = status.get("memory_left_mb")
    if isinstance(left, (int, float)) and left < SCARCE_MEMORY_MB:
        return Sentence(
            mark(
                "It was killed; {n} MB of memory were left when it was last heard of, so the "
                "system most likely ended it. Close other programs, then resume."
            ),
            n=f"{left:.0f}",
        )
    return mark(
        "It was killed, or the computer was restarted: it ended without a word. Resume it; what "
        "it had reached is kept."
    )
