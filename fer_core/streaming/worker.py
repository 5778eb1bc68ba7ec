"""A thread that works on the newest frame, and only that one."""

import threading
from typing import Protocol

import av


class Job(Protocol):
    """What the thread does; called on that thread only. ``work`` and ``open`` may raise."""

    def open(self) -> None: ...

    def work(self, frame: av.VideoFrame, time_s: float) -> None: ...

    def fail(self, stage: str, error: Exception) -> None: ...

    def close(self) -> None: ...


class LatestWorker:
    """Hands the newest frame to a job on a thread of its own; one frame waits at most.

    The thread refers to the job and this object only, so that a session nobody holds any more
    can be collected and stop it.
    """

    def __init__(self, job: Job, name: str = "mien-analysis") -> None:
        self._job = job
        self._condition = threading.Condition()
        self._slot: tuple[av.VideoFrame, float] | None = None
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    @property
    def has_waiting(self) -> bool:
        """True while a frame waits because the one before it is still being worked on."""
        return self._slot is not None

    @property
    def is_alive(self) -> bool:
        """True while the thread runs."""
        return self._thread.is_alive()

    def submit(self, frame: av.VideoFrame, time_s: float) -> bool:
        """Hand in the newest frame; True if an older one that waited was dropped for it."""
        with self._condition:
            dropped = self._slot is not None
            self._slot = None if self._stopping else (frame, time_s)
            self._condition.notify()
        return dropped

    def stop(self) -> None:
        """Ask the thread to end after the frame it is at; returns at once."""
        with self._condition:
            self._stopping = True
            self._slot = None
            self._condition.notify()

    def join(self, timeout_s: float | None = None) -> None:
        """Wait for the thread to end."""
        if self._thread is not threading.current_thread():
            self._thread.join(timeout_s)

    def _next(self) -> tuple[av.VideoFrame, float] | None:
        with self._condition:
            while self._slot is None and not self._stopping:
                self._condition.wait()
            taken, self._slot = self._slot, None
            return taken

    def _run(self) -> None:
        try:
            self._job.open()
        except Exception as error:
            self._job.fail("start", error)
            self.stop()
        while (taken := self._next()) is not None:
            try:
                self._job.work(*taken)
            except Exception as error:
                self._job.fail("analysis", error)
            del taken  # a decoder's buffer is not held while waiting for the next frame
        self._job.close()
