"""An analysis in the background: a thread that leads a worker process, never the server's own."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from fer_core.analysis.options import AnalysisOptions
from fer_core.analysis.outcome import Outcome, Progress, Task
from fer_core.analysis.pool import run_tasks
from fer_core.config import settings
from fer_core.errors import FerError
from fer_core.processes import usable_cores
from fer_core.text import Sentence, mark

#: Live streams come first.
NICENESS = 5
#: Before this share is done, a guess of the rest would be far off.
_GUESS_FROM = 0.02


@lru_cache(maxsize=1)
def shared_gate() -> threading.Semaphore:
    """Uploads analysed at once by this process, whoever sent them."""
    return threading.Semaphore(settings().max_analyses or max(1, usable_cores() // 2))


class JobPhase(StrEnum):
    """Where an analysis is."""

    WAITING = "waiting"  # for others to end
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class JobState:
    """What the page shows.

    Attributes:
        share: of all bytes, 0..1.
        left_s: estimated seconds to the end; None while nothing can be said.
        current: name of the file under way, or empty.
        outcomes: of the files that ended.
        problem: a sentence where the analysis as a whole could not run.
    """

    phase: JobPhase
    share: float
    left_s: float | None
    current: str
    outcomes: tuple[Outcome, ...]
    problem: str


class AnalysisJob:
    """Analyses files one after another; ``state`` may be read from any thread.

    Args:
        tasks: the files, in order.
        options: how.
        out: folder of the results; exists.
        gate: held while it runs, so that a process does not analyse for everyone at once.
        clock: in seconds.
    """

    def __init__(
        self,
        tasks: Sequence[Task],
        options: AnalysisOptions,
        out: Path,
        gate: threading.Semaphore,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.tasks, self.options, self.out = tuple(tasks), options, out
        self._gate, self._clock = gate, clock
        self._sizes = {task.file: max(1, _size(task.file)) for task in tasks}
        self._outcomes: list[Outcome] = []
        self._shares: dict[str, float] = {}
        self._current = ""
        self._problem = ""
        self._phase = JobPhase.WAITING
        self._begun_at: float | None = None
        self.ended_at: float | None = None
        self._cancelled = threading.Event()
        self._thread = threading.Thread(target=self._run, name="analysis-job", daemon=True)

    def start(self) -> None:
        """Begin, or wait for a place."""
        self._thread.start()

    def cancel(self) -> None:
        """End it; what has ended before is kept. Returns when nothing runs any more."""
        self._cancelled.set()
        if self._thread.is_alive():
            self._thread.join(10.0)

    @property
    def is_running(self) -> bool:
        """Whether it runs or waits."""
        return self._phase in (JobPhase.WAITING, JobPhase.RUNNING)

    def state(self) -> JobState:
        """How far the analysis is."""
        share = self._share()
        left_s = None
        if self._begun_at is not None and self.is_running and share >= _GUESS_FROM:
            left_s = (self._clock() - self._begun_at) * (1 - share) / share
        return JobState(
            self._phase, share, left_s, self._current, tuple(self._outcomes), self._problem
        )

    def replace(self, outcome: Outcome) -> None:
        """A file of this analysis has other results now."""
        files = [one.file for one in self._outcomes]
        if outcome.file in files:
            self._outcomes[files.index(outcome.file)] = outcome

    def _share(self) -> float:
        shares = dict(self._shares)
        done = sum(self._sizes[file] * share for file, share in shares.items())
        return min(1.0, done / max(1, sum(self._sizes.values())))

    def _run(self) -> None:
        while not self._gate.acquire(timeout=0.2):
            if self._cancelled.is_set():
                self._end(JobPhase.CANCELLED)
                return
        try:
            self._phase, self._begun_at = JobPhase.RUNNING, self._clock()
            self._current = self.tasks[0].name if self.tasks else ""
            for outcome in run_tasks(
                self.tasks,
                self.options,
                self.out,
                nice=NICENESS,
                tell=self._hear,
                is_cancelled=self._cancelled.is_set,
            ):
                self._outcomes.append(outcome)
                self._shares[outcome.file] = 1.0
                ended = len(self._outcomes)
                self._current = self.tasks[ended].name if ended < len(self.tasks) else ""
        except FerError as error:
            self._problem = str(error)
        except OSError as error:  # no process, no disk
            self._problem = Sentence(
                mark("The analysis could not run ({why}); try again."), why=error.strerror or error
            )
        finally:
            self._gate.release()
            self._end(JobPhase.CANCELLED if self._cancelled.is_set() else JobPhase.DONE)

    def _end(self, phase: JobPhase) -> None:
        self.ended_at = self._clock()
        self._phase = phase

    def _hear(self, task: Task, progress: Progress) -> None:
        self._current = task.name
        self._shares[task.file] = progress.share


def _size(file: str) -> int:
    try:
        return Path(file).stat().st_size
    except OSError:
        return 0
