"""All recorded sets: listing them, and deleting those whose time is over."""

import shutil
import time

from fer_core.errors import DataError
from fer_core.studio.info import INFO_NAME
from fer_core.studio.names import NAME, recordings_dir
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


def purge_sets(now_s: float | None = None) -> list[str]:
    """Delete the sets whose time is over, and what a killed process left; names of the sets."""
    now = int(time.time() if now_s is None else now_s)
    gone = []
    for found in list_sets():
        try:
            if found.info().is_over(now):
                found.delete()
                gone.append(found.name)
        except DataError:  # damaged: a person has to look at it
            continue
    for left in recordings_dir().glob(".deleted-*"):
        shutil.rmtree(left, ignore_errors=True)
    return gone
