"""Analyses of videos for programs: a job each, of the key that began it and of no other.

Upload and result lie in a private temporary folder. The upload goes with the end of the analysis,
the result when it was fetched, deleted, or is an hour old (the server's clock, ``retention``); a
server that ends takes all along, and what a killed one leaves behind is swept (``scratch``).
"""

import threading
import time
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from fer_core.analysis.job import AnalysisJob, JobPhase, shared_gate
from fer_core.analysis.options import AnalysisOptions
from fer_core.analysis.outcome import Task
from fer_core.analysis.plan import kind_of
from fer_core.errors import BusyError, InputError
from fer_core.hosting.draining import shared_drain
from fer_core.scratch import Scratch
from fer_core.storage.tokens import make_token

KEEP_S: Final = 3600.0
#: Jobs of one key that are not fetched yet.
MOST_PER_KEY: Final = 8
#: What the upload and its results are called, whatever the program calls it.
_STEM: Final = "result"


#: All of this process, for the sweep of everything that has a date.
_SHELVES: "weakref.WeakSet[JobShelf]" = weakref.WeakSet()


def purge_jobs(*, dry_run: bool = False) -> int:
    """Delete the jobs of this process whose hour is over; how many."""
    return sum(shelf.purge(dry_run=dry_run) for shelf in list(_SHELVES))


def count_jobs() -> int:
    """Jobs of this process that nobody fetched yet, ended or not."""
    return sum(shelf.count for shelf in list(_SHELVES))


shared_drain().watch(kind="jobs", count=count_jobs)


class JobNotFoundError(InputError):
    """There is none of this id, or it is another key's."""


@dataclass(slots=True)
class _Held:
    key_id: int
    scratch: Scratch
    job: AnalysisJob | None
    touched_at: float


class JobShelf:
    """The jobs of this process; thread-safe.

    Args:
        gate: held while an analysis runs.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        gate: threading.Semaphore | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._gate, self._clock = gate, clock
        self._held: dict[str, _Held] = {}
        self._lock = threading.Lock()
        _SHELVES.add(self)

    @property
    def count(self) -> int:
        """Jobs that were not fetched or deleted."""
        return len(self._held)

    def reserve(self, key_id: int) -> tuple[str, Path]:
        """A new job's id, and where its upload goes.

        Raises:
            BusyError: the key has too many.
            FerError: there is no room for a folder.
        """
        with self._lock:
            if sum(held.key_id == key_id for held in self._held.values()) >= MOST_PER_KEY:
                raise BusyError(
                    f"This key has {MOST_PER_KEY} analyses already; fetch or delete one first."
                )
            scratch = Scratch()
            job_id = make_token()
            self._held[job_id] = _Held(key_id, scratch, None, self._clock())
        return job_id, scratch.path / "upload"

    def begin(self, job_id: str, options: AnalysisOptions, shown: str) -> None:
        """Analyse the upload that has arrived.

        Args:
            job_id: of ``reserve``.
            options: how.
            shown: what results and messages call the file.
        """
        held = self._held[job_id]
        upload = held.scratch.path / "upload"
        out = held.scratch.path / "out"
        out.mkdir()
        task = Task(str(upload), kind_of(str(upload)), _STEM, shown=shown)
        held.job = AnalysisJob([task], options, out, self._gate or shared_gate())
        held.touched_at = self._clock()
        held.job.start()

    def state(self, job_id: str, key_id: int) -> dict[str, Any]:
        """How far it is, as plain values.

        Raises:
            JobNotFoundError: it is not this key's.
        """
        job = self._find(job_id, key_id).job
        if job is None:
            return {"id": job_id, "phase": "uploading", "share": 0.0}
        state = job.state()
        phase = str(state.phase)
        told: dict[str, Any] = {"id": job_id, "share": round(state.share, 4)}
        if state.left_s is not None:
            told["left_s"] = round(state.left_s, 1)
        problem = state.problem or "".join(
            outcome.message for outcome in state.outcomes if outcome.status == "failed"
        )
        if state.phase is JobPhase.DONE and problem:
            phase = "failed"
            told["error"] = problem
        for outcome in state.outcomes:
            notes = {"warning": outcome.message * (not problem), "note": outcome.note}
            told |= {name: text for name, text in notes.items() if text}
        return told | {"phase": phase}

    def result(self, job_id: str, key_id: int, part: str) -> Path:
        """The file of a result.

        Args:
            part: ``document``, ``frames``, ``measures`` or ``measures.seconds``.

        Raises:
            JobNotFoundError: it is not this key's.
            BusyError: it has not ended.
            InputError: it failed, or was begun without measures; the message says so.
        """
        state = self.state(job_id, key_id)
        if state["phase"] == "failed":
            raise InputError(state["error"])
        if state["phase"] != JobPhase.DONE:
            raise BusyError("The analysis has not ended; ask again for its progress.")
        end = ".json" if part == "document" else f".{part}.json"
        path = self._find(job_id, key_id).scratch.path / "out" / f"{_STEM}{end}"
        if not path.exists() and part.startswith("measures"):
            raise InputError(
                "This analysis was begun without measures; begin another with measures=true."
            )
        if not path.exists():
            raise JobNotFoundError(_NO_JOB)
        return path

    def remove(self, job_id: str, key_id: int) -> None:
        """End it and delete all of it.

        Raises:
            JobNotFoundError: it is not this key's.
        """
        self._find(job_id, key_id)
        with self._lock:
            held = self._held.pop(job_id, None)
        if held is not None:
            _clear(held)

    def purge(self, *, dry_run: bool = False) -> int:
        """Delete what is an hour old, and uploads whose analysis has ended; how many jobs went."""
        now, due = self._clock(), []
        with self._lock:
            for job_id, held in self._held.items():
                if held.job is not None and held.job.ended_at is not None:
                    if not dry_run:
                        (held.scratch.path / "upload").unlink(missing_ok=True)
                    held.touched_at = max(held.touched_at, held.job.ended_at)
                is_on = held.job is not None and held.job.is_running
                if not is_on and now - held.touched_at >= KEEP_S:
                    due.append(job_id)
            gone = [] if dry_run else [self._held.pop(job_id) for job_id in due]
        for held in gone:
            _clear(held)
        return len(due)

    def close(self) -> None:
        """End what runs and delete all jobs, with uploads and results."""
        with self._lock:
            held, self._held = list(self._held.values()), {}
        for one in held:
            _clear(one)

    def _find(self, job_id: str, key_id: int) -> _Held:
        with self._lock:
            held = self._held.get(job_id)
        # The same words for a stranger's job and for none: an id cannot be tried out.
        if held is None or held.key_id != key_id:
            raise JobNotFoundError(_NO_JOB)
        return held


_NO_JOB: Final = (
    "There is no such analysis: it was fetched, deleted, is over an hour old, or is not yours."
)


def _clear(held: _Held) -> None:
    if held.job is not None:
        held.job.cancel()
    held.scratch.close()
