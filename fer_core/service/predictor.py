"""Pictures analysed in worker processes that stay: a network is loaded once, not per picture."""

import json
import queue
import threading
from contextlib import suppress
from typing import Any, Final

from fer_core.config import settings
from fer_core.errors import BusyError, InputError, ModelError
from fer_core.processes import usable_cores
from fer_core.service.worker import LENGTH_BYTES
from fer_core.workers import close_pipes, end_worker, error_of, start_worker

#: A picture that takes longer ends its process.
ANSWER_S: Final = 60.0
#: How long a request waits for a process that is free.
WAIT_S: Final = 10.0
_START_S: Final = 120.0


class WorkerEndedError(Exception):
    """The process ended, or did not answer in time."""


class _Worker:
    """A worker process seen from outside; one request at a time."""

    def __init__(self, model: str, detector: str) -> None:
        self._process = start_worker("fer_core.service.worker")
        self._answers: queue.Queue[bytes] = queue.Queue()
        self._thread = threading.Thread(target=self._listen, name="api-worker", daemon=True)
        self._thread.start()
        try:
            self._write(json.dumps({"model": model, "detector": detector}).encode() + b"\n")
            ready = self._read(_START_S)
        except WorkerEndedError as error:
            self.end()
            raise ModelError("The analysis could not be started; see the server's log.") from error
        if "error" in ready:
            self.end()
            raise error_of(ready)

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._answers.put(line)
        self._answers.put(b"")

    def _write(self, data: bytes) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(data)
            self._process.stdin.flush()
        except (OSError, ValueError) as error:
            raise WorkerEndedError from error

    def _read(self, timeout_s: float) -> dict[str, Any]:
        try:
            return dict(json.loads(self._answers.get(timeout=timeout_s)))
        except (queue.Empty, ValueError) as error:
            raise WorkerEndedError from error

    def ask(self, data: bytes) -> dict[str, Any]:
        """The record of a picture, or its error.

        Raises:
            WorkerEndedError: it has to be replaced.
        """
        self._write(len(data).to_bytes(LENGTH_BYTES, "big"))
        self._write(data)
        return self._read(ANSWER_S)

    def end(self) -> None:
        end_worker(self._process)
        self._thread.join(5.0)
        close_pipes(self._process)


class Predictor:
    """As many workers as asked for, started when they are needed; thread-safe.

    Args:
        count: processes; one per two cores by default, since live streams come first.
    """

    def __init__(self, count: int | None = None) -> None:
        self.count = count or max(1, usable_cores() // 2)
        self._free: queue.LifoQueue[_Worker | None] = queue.LifoQueue()
        self._lock = threading.Lock()
        self._is_closed = False
        self._fill()

    def _fill(self) -> None:
        for _ in range(self.count):
            self._free.put(None)

    def predict(self, data: bytes) -> dict[str, Any]:
        """The record of a picture, as ``mien predict --json`` writes it, without the file's name.

        Raises:
            InputError: it cannot be read, or is too large.
            BusyError: every process was busy for too long.
            ModelError: the model cannot be loaded.
        """
        try:
            worker = self._free.get(timeout=WAIT_S)
        except queue.Empty as error:
            raise BusyError(
                "Too many pictures at once; send this one again in a few seconds."
            ) from error
        try:
            for _ in range(2):
                worker = worker or _Worker(settings().model, settings().detector)
                try:
                    answer = worker.ask(data)
                except WorkerEndedError:
                    worker.end()
                    worker = None
                    continue
                if "error" in answer:
                    raise error_of(answer)
                return answer
            raise InputError(
                "The picture ended the analysing process twice; convert it to another format."
            )
        finally:
            with self._lock:
                if self._is_closed and worker is not None:
                    worker.end()
                    worker = None
                self._free.put(worker)

    def close(self) -> None:
        """End all processes; a request that is on keeps its own to its end."""
        with self._lock:
            self._is_closed = True
            found = []
            with suppress(queue.Empty):
                while True:
                    found.append(self._free.get_nowait())
            self._fill()
        for worker in found:
            if worker is not None:
                worker.end()
        self._is_closed = False
