"""The analysis thread of one stream: it takes the newest frame, and only that one."""

import threading
import time
from collections.abc import Callable
from typing import Protocol

import av

from fer_core.imaging.frame import Frame, VideoFrame
from fer_core.types import FrameResult


class Pipeline(Protocol):
    """What the thread needs of ``fer_core.pipeline.FacePipeline``."""

    def process(self, frame: Frame) -> FrameResult: ...

    def warm_up(self) -> None: ...


class Sink(Protocol):
    """Who is told; called on the analysis thread."""

    def on_ready(self, pipeline: Pipeline) -> None: ...

    def on_result(self, result: FrameResult, elapsed_s: float, cpu_s: float) -> None: ...

    def on_failure(self, stage: str, error: Exception) -> None: ...


class AnalysisWorker:
    """Runs a pipeline in a thread of its own, on the newest frame handed in.

    The pipeline is made, used and let go on that thread, since detectors and interpreters must
    not be shared. The thread refers to the worker and the sink only, so that a session nobody
    holds any more can be collected and stop it.
    """

    def __init__(
        self,
        make_pipeline: Callable[[], Pipeline],
        sink: Sink,
        clock: Callable[[], float],
        name: str = "mien-analysis",
    ) -> None:
        self._make_pipeline = make_pipeline
        self._sink = sink
        self._clock = clock
        self._condition = threading.Condition()
        self._slot: tuple[av.VideoFrame, float] | None = None
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    @property
    def has_waiting(self) -> bool:
        """True while a frame waits because the last one is still being analysed."""
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
            pipeline = self._make_pipeline()
            pipeline.warm_up()
            self._sink.on_ready(pipeline)
        except Exception as error:
            self._sink.on_failure("start", error)
            self.stop()
            return
        while (taken := self._next()) is not None:
            started_s, cpu_s = self._clock(), time.thread_time()
            try:
                result = pipeline.process(VideoFrame(*taken))
                elapsed_s, cpu_s = self._clock() - started_s, time.thread_time() - cpu_s
                self._sink.on_result(result, elapsed_s, cpu_s)
            except Exception as error:
                self._sink.on_failure("analysis", error)
            del taken  # a decoder's buffer is not held while waiting for the next frame
