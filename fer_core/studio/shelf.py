"""All recorded sets: listing them, and deleting those whose time is over."""

import time

from fer_core.errors import FerError
from fer_core.files import clear_pieces
from fer_core.studio.erasing import finish_erasing, is_going
from fer_core.studio.info import INFO_NAME
from fer_core.studio.names import NAME, recordings_dir
from fer_core.studio.store import StudioSet


def list_sets() -> list[StudioSet]:
    """The recorded sets by name; those whose ``set.json`` is damaged are among them."""
    return [found for found in _all_sets() if not is_going(found.path)]


def _all_sets() -> list[StudioSet]:
    """Also those whose deletion a kill interrupted."""
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
    for found in _all_sets():
        try:
            if is_going(found.path):
                if not dry_run:
                    finish_erasing(found)
            elif found.info().is_over(now):
                gone.append(found.name)
                if not dry_run:
                    found.delete()
            elif not dry_run:
                finish_erasing(found)
                found.sweep()
        except (FerError, OSError):  # damaged: a person has to look; busy or no room: next time
            continue
    if not dry_run:
        clear_pieces(recordings_dir())
    return gone
