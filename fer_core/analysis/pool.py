"""Many files in worker processes of their own; the results do not depend on how many."""

import json
import queue
import tempfile
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from fer_core.analysis.options import AnalysisOptions
from fer_core.analysis.outcome import Outcome, Progress, Task
from fer_core.analysis.results import discard_part
from fer_core.errors import FerError, ModelError
from fer_core.text import printable_name
from fer_core.workers import close_pipes, end_worker, start_worker

#: (worker, what it said); None where it ended.
_Message = tuple["_Worker", dict[str, Any] | None]


class _Worker:
    """A worker process seen from outside; a thread hands its messages on."""

    def __init__(
        self, options: AnalysisOptions, out: Path, nice: int, inbox: "queue.Queue[_Message]"
    ) -> None:
        self.task: Task | None = None
        self._out = out
        self._log = tempfile.TemporaryFile("w+", errors="replace")  # noqa: SIM115, closed by end
        self._process = start_worker("fer_core.analysis.worker", self._log)
        self._inbox = inbox
        self._thread = threading.Thread(target=self._listen, name="analysis-worker", daemon=True)
        self._thread.start()
        self._say({"options": options.to_dict(), "out": str(out), "nice": nice})

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            try:
                self._inbox.put((self, json.loads(line)))
            except ValueError:  # cut off in the middle of a line
                break
        self._inbox.put((self, None))

    def _say(self, message: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(message).encode() + b"\n")
            self._process.stdin.flush()
        except (BrokenPipeError, ValueError):
            pass  # its end arrives in the inbox

    def give(self, task: Task) -> None:
        self.task = task
        self._say(task.to_dict())

    def last_words(self) -> str:
        """How it ended, and the last line it printed."""
        code = self._process.wait()
        self._log.seek(0)
        lines = self._log.read().strip().splitlines()
        how = f"signal {-code}" if code < 0 else f"exit code {code}"
        return how + (f", {printable_name(lines[-1])}" if lines and code > 0 else "")

    def end(self) -> None:
        """Kill the process, if it still runs, and free what belongs to it."""
        end_worker(self._process)
        self._thread.join(5.0)
        close_pipes(self._process)
        self._log.close()
        if self.task is not None:
            discard_part(self._out, self.task.stem)


def run_tasks(
    tasks: Sequence[Task],
    options: AnalysisOptions,
    out: Path,
    *,
    jobs: int = 1,
    nice: int = 0,
    tell: Callable[[Task, Progress], None] | None = None,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> Iterator[Outcome]:
    """Analyse all files; outcomes in the order in which they end.

    A worker that dies is replaced, and its file tried once more before it is given up. Closing
    the iterator ends all workers.

    Args:
        tasks: what to do.
        options: how.
        out: folder of the results; exists.
        jobs: processes at most.
        nice: added to the processes' niceness.
        tell: called with the progress of videos.
        is_cancelled: asked several times a second; True ends the run.

    Raises:
        ModelError: the workers cannot load what they need; the message says what.
    """
    waiting, inbox = deque(tasks), queue.Queue[_Message]()
    tried: set[str] = set()
    workers = [_Worker(options, out, nice, inbox) for _ in range(max(1, min(jobs, len(tasks))))]
    if not tasks:
        workers.pop().end()
    try:
        while workers and not is_cancelled():
            try:
                worker, message = inbox.get(timeout=0.2)
            except queue.Empty:
                continue
            if worker not in workers:
                continue  # the end of one that was told to end
            if message is None:
                workers.remove(worker)
                words = worker.last_words()
                worker.end()
                if worker.task is None:
                    raise ModelError(f"The analysis could not be started ({words}).")
                if worker.task.file in tried:
                    yield given_up(worker.task, words)
                else:
                    tried.add(worker.task.file)
                    waiting.appendleft(worker.task)
                if waiting:
                    workers.append(_Worker(options, out, nice, inbox))
                continue
            if "error" in message:
                raise FerError(message["error"])
            if "progress" in message and worker.task is not None and tell is not None:
                tell(worker.task, Progress(**message["progress"]))
            if "outcome" in message:
                worker.task = None
                yield Outcome.from_dict(message["outcome"])
            if "outcome" in message or "ready" in message:
                if waiting:
                    worker.give(waiting.popleft())
                else:
                    worker.end()
                    workers.remove(worker)
    finally:
        for worker in workers:
            worker.end()


def given_up(task: Task, words: str) -> Outcome:
    """The outcome of a file that ends what analyses it; ``words`` say how."""
    return Outcome(
        task.file,
        task.stem,
        "failed",
        f"{printable_name(task.name)} ended the analysing process twice ({words}); convert it "
        "to another format and try again.",
    )
