"""A thread that works on the newest frame, and only that one."""

import threading
import time
from collections.abc import Callable
from typing import Final, Protocol

import av

#: A thread without a frame for so long ends; the next frame starts another one. Streamlit keeps
#: what a visitor left for two minutes, and threads and networks would be kept with it.
REST_AFTER_S: Final = 30.0
#: And after so long where nobody is there to see what it finds.
GONE_AFTER_S: Final = 5.0


class Job(Protocol):
    """What the thread does; called on that thread only. ``work`` and ``open`` may raise.

    It is closed when the thread ends, and may be opened again.
    """

    def open(self) -> None: ...

    def work(self, frame: av.VideoFrame, time_s: float) -> None: ...

    def fail(self, stage: str, error: Exception) -> None: ...

    def close(self) -> None: ...


class LatestWorker:
    """Hands the newest frame to a job on a thread of its own; one frame waits at most.

    The thread refers to the job and this object only, so that a session nobody holds any more
    can be collected and stop it.

    Args:
        job: what is done with a frame.
        name: of the thread.
        rest_after_s: seconds without a frame after which the thread ends, until the next one.
        is_seen: whether anybody may see what it finds; asked on the thread.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        job: Job,
        name: str = "mien-analysis",
        *,
        rest_after_s: float = REST_AFTER_S,
        is_seen: Callable[[], bool] = lambda: True,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._job = job
        self._name = name
        self._rest_after_s = rest_after_s
        self._is_seen = is_seen
        self._clock = clock
        self._condition = threading.Condition()
        self._slot: tuple[av.VideoFrame, float] | None = None
        self._stopping = self._resting = False
        self._start(None)

    def _start(self, before: threading.Thread | None) -> None:
        self._resting = False
        self._thread = threading.Thread(
            target=self._run, args=(before,), name=self._name, daemon=True
        )
        self._thread.start()

    @property
    def has_waiting(self) -> bool:
        """True while a frame waits because the one before it is still being worked on."""
        return self._slot is not None

    @property
    def is_resting(self) -> bool:
        """True where the thread has ended for want of frames."""
        return self._resting

    @property
    def is_alive(self) -> bool:
        """True while the thread runs."""
        return self._thread.is_alive()

    def submit(
        self, frame: av.VideoFrame, time_s: float, prepare: Callable[[], None] = lambda: None
    ) -> bool:
        """Hand in the newest frame; True if an older one that waited was dropped for it.

        Args:
            frame: the newest.
            time_s: its time.
            prepare: called before the job is opened once more, after the thread has rested.
        """
        with self._condition:
            dropped = self._slot is not None
            self._slot = None if self._stopping else (frame, time_s)
            if self._resting and not self._stopping:
                prepare()  # within the lock: the thread may go to rest at any moment before it
                self._start(self._thread)
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
            since_s = self._clock()
            while self._slot is None and not self._stopping:
                silent_s = self._clock() - since_s
                is_gone = silent_s >= GONE_AFTER_S and not self._is_seen()
                if is_gone or silent_s >= self._rest_after_s:
                    self._resting = True
                    return None
                self._condition.wait(min(self._rest_after_s - silent_s, GONE_AFTER_S))
            taken, self._slot = self._slot, None
            return taken

    def _run(self, before: threading.Thread | None) -> None:
        if before is not None:
            before.join()  # it closes the job
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
