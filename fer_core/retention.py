"""Everything that has a date, and the one place where it goes when its time is over.

========================  =========================================================================
what                      when
========================  =========================================================================
samples, sums, check-ins  ``FER_RETENTION_DAYS`` old
pseudonyms                so long after the last visit, with their consents
rooms                     so long after they closed, with markers and seconds
links, access, the log    when they ended before that; access, keys and the log a year later
recorded sets             on the date they were made with
viewings of clips         ``FER_RETENTION_DAYS`` after they were given
runs of erased people     so long after the erasure
results of the HTTP API   an hour after they were made, if nobody fetched them before
what a page holds         an hour after it came or was used (uploads, desks); what a tab left, after
                          ten minutes
uploads, videos to cut    when their process is gone
half of a model or a run  an hour after it was written last
========================  =========================================================================

What a killed process left unfinished (an erasure, an import, a file half written) goes as well.
The server's clock calls ``sweep`` (``Keeper``), and ``python -m fer_core retention``; nobody else.
What a process holds for an hour at most is looked at every few seconds, by the same clock.
"""

import logging
import threading
import time
import weakref
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from typing import Final, Protocol

from fer_core.config import settings
from fer_core.errors import FerError
from fer_core.files import clear_pieces
from fer_core.reactions import Shelf
from fer_core.runs.erased import purge_runs
from fer_core.runs.listing import runs_dir
from fer_core.scratch import sweep_scratch
from fer_core.service.jobs import purge_jobs
from fer_core.storage import Store
from fer_core.studio import purge_sets
from fer_core.studio.models import models_dir

_log = logging.getLogger(__name__)

SWEEP_EVERY_S: Final = 3600.0
#: After a sweep that could not do everything.
RETRY_EVERY_S: Final = 60.0
#: What this process holds for a while: jobs of programs, and what pages have handed over.
LOOK_EVERY_S: Final = 5.0
#: Somebody who stands in the way of an erasure is given so long to let go.
_PAUSE_S: Final = 1.0

#: Rows of the database, as ``Purged`` counts them, in words.
_ROWS: Final = {
    "samples": "samples",
    "minutes": "sums by the minute",
    "checkins": "check-ins",
    "persons": "pseudonyms",
    "rooms": "rooms",
    "links": "links, access and keys",
    "blocks": "sealed days of teams",
    "audit": "entries of the audit log",
}
SETS: Final = "recorded sets"


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep did.

    Attributes:
        gone: kind, in words, to how many went; all kinds that could be looked at, also with 0.
        problems: sentences: what could not be looked at or deleted now.
    """

    gone: dict[str, int]
    problems: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        """How many of all kinds."""
        return sum(self.gone.values())


def sweep(store: Store | None, *, now_s: float | None = None, dry_run: bool = False) -> Swept:
    """Delete everything whose time is over; what stands in the way of one kind stops no other.

    Args:
        store: of the process; it reads its own clock. None where no database can be had.
        now_s: UTC seconds, for what lies in files; None for now.
        dry_run: only count.
    """
    days = settings().retention_days
    now = time.time() if now_s is None else now_s
    gone: dict[str, int] = {}
    problems: list[str] = []
    steps: list[Callable[[], dict[str, int]]] = [
        lambda: {SETS: len(purge_sets(now, dry_run=dry_run))},
        lambda: {"viewings of clips": Shelf(clock=lambda: now).purge(dry_run=dry_run)},
        lambda: {
            "training runs of erased people": len(
                purge_runs(now_s=now, retention_days=days, dry_run=dry_run)
            )
        },
        lambda: {"results of the HTTP API": purge_jobs(dry_run=dry_run)},
        lambda: {
            "unfinished models and runs": sum(
                clear_pieces(folder, dry_run=dry_run) for folder in (models_dir(), runs_dir())
            )
        },
        lambda: {"temporary folders": sweep_scratch(dry_run=dry_run)},
    ]
    if store is not None and store.is_there:
        steps.append(partial(_purge_rows, store, days, dry_run))
    for step in steps:
        try:
            gone |= step()
        except FerError as error:
            problems.append(str(error))
        except OSError as error:
            problems.append(
                f"Something could not be deleted ({error.strerror or error}). Check the rights of "
                "FER_DATA_DIR."
            )
    return Swept(gone, tuple(problems))


def _purge_rows(store: Store, days: int, dry_run: bool) -> dict[str, int]:
    rows = asdict(store.purge(days, dry_run=dry_run))
    return {words: rows[name] for name, words in _ROWS.items()}


class Sweepable(Protocol):
    """Holds something for a while only."""

    def sweep(self) -> None:
        """Drop what is due, by whatever clock it reads; on any thread."""


_held: "weakref.WeakSet[Sweepable]" = weakref.WeakSet()
_held_lock = threading.Lock()


def sweep_too(held: Sweepable) -> None:
    """Have something that this process holds for a while swept by its clock, while it is there."""
    with _held_lock:
        _held.add(held)


def sweep_held() -> None:
    """Drop what this process has held for long enough; a fault of one kind stops no other."""
    with _held_lock:
        holders = list(_held)
    steps: list[Callable[[], object]] = [purge_jobs, *(one.sweep for one in holders)]
    for drop_due in steps:
        try:
            drop_due()
        except Exception:
            _log.exception("A sweep failed")


class Keeper:
    """Sweeps now and from time to time, in a thread, whether or not anybody opens a page.

    Args:
        store: as for ``sweep``. Where one of its erasures could not be finished, the keeper goes
            on with it at once.
        every_s: between sweeps of everything; what this process holds is swept in between, too.
        tell: is told what went, by the keeper's thread; may raise nothing.
    """

    def __init__(
        self,
        store: Store | None,
        *,
        every_s: float = SWEEP_EVERY_S,
        tell: Callable[[Swept], None] = lambda _: None,
    ) -> None:
        self._store, self._every_s, self._tell = store, every_s, tell
        self._wake = threading.Event() if store is None else store.unfinished
        self._is_ended = False
        self._thread = threading.Thread(target=self._run, name="keeper", daemon=True)

    def start(self) -> None:
        """Begin; once."""
        self._thread.start()

    def stop(self) -> None:
        """End; a sweep under way is waited for."""
        self._is_ended = True
        self._wake.set()
        self._thread.join(10.0)

    def _run(self) -> None:
        while not self._is_ended:
            self._wake.clear()
            due_s = time.monotonic() + self._sweep()
            while (left_s := due_s - time.monotonic()) > 0:
                sweep_held()
                if self._wake.wait(min(left_s, LOOK_EVERY_S)):
                    break
            if self._wake.is_set() and not self._is_ended:
                time.sleep(min(_PAUSE_S, self._every_s))

    def _sweep(self) -> float:
        """Sweep everything; seconds until the next time."""
        wait_s = self._every_s
        try:
            swept = sweep(self._store)
            for problem in swept.problems:
                _log.warning("What is too old waits: %s", problem)
                wait_s = min(self._every_s, RETRY_EVERY_S)
            self._tell(swept)
        except Exception:  # a thread that ends would delete nothing for ever
            _log.exception("The sweep failed")
        return wait_s
