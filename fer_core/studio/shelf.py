"""All recorded sets: listing them, and deleting those whose time is over."""

import contextlib
import shutil
import time

from fer_core.errors import BusyError, DataError
from fer_core.studio.erasing import finish_erasing, remove_deleted
from fer_core.studio.info import INFO_NAME
from fer_core.studio.names import DELETING, IMPORTING, NAME, recordings_dir
from fer_core.studio.private import hold_set
from fer_core.studio.store import StudioSet


def list_sets() -> list[StudioSet]:
    """The recorded sets by name; those whose ``set.json`` is damaged are among them."""
    folder = recordings_dir()
    if not folder.is_dir():
        return []
    return [
        StudioSet(path)
        for path in sorted(folder.iterdir())
        if NAME.match(path.name) and not path.is_symlink() and (path / INFO_NAME).is_file()
    ]


def purge_sets(now_s: float | None = None, *, dry_run: bool = False) -> list[str]:
    """Delete the sets whose time is over, and what a killed process left; names of the sets.

    Args:
        now_s: UTC seconds.
        dry_run: only name them.
    """
    now = int(time.time() if now_s is None else now_s)
    gone = []
    for found in list_sets():
        try:
            if found.info().is_over(now):
                gone.append(found.name)
                if not dry_run:
                    found.delete()
            elif not dry_run:
                finish_erasing(found)
                found.sweep()
        except (DataError, BusyError, OSError):  # damaged: a person has to look; busy: next time
            continue
    if not dry_run:
        _remove_left()
    return gone


def _remove_left() -> None:
    """Sets that were being taken in or deleted when a process was killed."""
    folder = recordings_dir()
    for pattern in (IMPORTING, DELETING):
        for left in folder.glob(pattern.format(name="*", mark="*")):
            name = left.name.split("-", 1)[1].rsplit("-", 1)[0]
            with (
                contextlib.suppress(BusyError, FileNotFoundError),
                hold_set(folder / name),
            ):  # busy: somebody is at it
                if left.name.startswith(".import"):
                    shutil.rmtree(left, ignore_errors=True)
                else:
                    remove_deleted(left, folder / name)
