"""Training runs that learned from people who were erased since: they get a date, and go."""

import time
from pathlib import Path
from typing import Final

from fer_core.files import remove_whole, write_whole
from fer_core.runs.listing import list_runs, runs_dir
from fer_core.training.run import RunFolder

#: Holds the UTC second of the erasure, and nothing of whom it was.
MARK: Final = "erased"
_DAY_S: Final = 86_400


def mark_runs(data: Path, now_s: float | None = None) -> list[str]:
    """Note with every run on this data set that somebody was erased from it; names of all such.

    Their weights learned from that person. What has a date already keeps it.

    Raises:
        OSError: it cannot be written.
    """
    now_s = time.time() if now_s is None else now_s
    names = runs_on(data)
    for name in names:
        if not (runs_dir() / name / MARK).exists():
            write_whole(runs_dir() / name / MARK, f"{int(now_s)}\n")
    return names


def runs_on(data: Path) -> list[str]:
    """Runs, by name, whose data set is this folder."""
    found = []
    for config in sorted(runs_dir().glob("*/config.json")):
        said = RunFolder(config.parent).read_json(config.name).get("data")
        where = said.get("path") if isinstance(said, dict) else None
        if isinstance(where, str) and Path(where).resolve() == data.resolve():
            found.append(config.parent.name)
    return found


def purge_runs(*, now_s: float, retention_days: int, dry_run: bool = False) -> list[str]:
    """Delete the runs from which somebody was erased so many days ago; their names.

    A run that works now goes the next time.

    Args:
        now_s: UTC seconds.
        retention_days: since the erasure.
        dry_run: only name them.

    Raises:
        OSError: one cannot be removed.
    """
    limit_s, gone = now_s - retention_days * _DAY_S, []
    for info in list_runs():
        at_s = _erased_s(info.path)
        if at_s is None or at_s >= limit_s or info.state.is_alive or info.is_exporting:
            continue
        gone.append(info.name)
        if not dry_run:
            remove_whole(info.path)  # whose second half no list would name after a kill
    return gone


def _erased_s(run: Path) -> int | None:
    try:
        return int((run / MARK).read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None
