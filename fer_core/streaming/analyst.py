"""What the analysis thread does with a frame: the pipeline, the neutral baseline, the motion."""

import threading
import time
from collections.abc import Callable
from typing import Protocol

import av

from fer_core.imaging.frame import Frame, VideoFrame
from fer_core.streaming.motion import SPEED_OVER_S, measure_speed
from fer_core.streaming.state import StreamState
from fer_core.temporal import BaselineState, NeutralBaseline, Smoother
from fer_core.tracking import Tracker
from fer_core.types import FrameResult


class Pipeline(Protocol):
    """What a stream needs of ``fer_core.pipeline.FacePipeline``."""

    @property
    def tracker(self) -> Tracker | None: ...

    @property
    def smoother(self) -> Smoother | None: ...

    def warm_up(self) -> None: ...

    def process(self, frame: Frame) -> FrameResult: ...


class Analyst:
    """The job of a stream's ``LatestWorker``.

    The pipeline is made, used and let go on the worker's thread, since detectors and interpreters
    must not be shared; before the job is opened, ``prepare`` says how. ``start_baseline`` and
    ``clear_baseline`` may be called from any thread; what they ask for is done there, before the
    next frame.
    """

    def __init__(
        self,
        make_pipeline: Callable[[], Pipeline],
        state: StreamState,
        clock: Callable[[], float],
    ) -> None:
        self.prepare(make_pipeline)
        self._state = state
        self._clock = clock
        self._pipeline: Pipeline | None = None
        self._baseline = NeutralBaseline()
        self._lock = threading.Lock()
        self._asked: BaselineState | None = None

    def prepare(self, make_pipeline: Callable[[], Pipeline]) -> None:
        """Make the pipeline so when the job is opened the next time."""
        self._make_pipeline: Callable[[], Pipeline] | None = make_pipeline

    def start_baseline(self) -> None:
        """Measure the neutral face from the next frame on."""
        with self._lock:
            self._asked = BaselineState.COLLECTING
            self._state.on_baseline(0.0)

    def clear_baseline(self) -> None:
        """Correct by no baseline from the next frame on."""
        with self._lock:
            self._asked = BaselineState.IDLE
            self._state.on_baseline(None)

    def open(self) -> None:
        """Make the pipeline and run it once, so that the first frame is not the slowest."""
        # Let go of at once: what it refers to may be the session, which would then never end.
        make_pipeline, self._make_pipeline = self._make_pipeline, None
        assert make_pipeline is not None  # whoever opens the job has prepared it
        pipeline = make_pipeline()
        pipeline.warm_up()
        if self._baseline.state is BaselineState.READY and pipeline.smoother is not None:
            pipeline.smoother.set_baseline(self._baseline.offsets)  # measured before a rest
        self._pipeline = pipeline
        self._state.on_ready()

    def work(self, frame: av.VideoFrame, time_s: float) -> None:
        """Analyse one frame."""
        pipeline = self._pipeline
        assert pipeline is not None  # the worker opens the job before it hands out work
        started_s, cpu_s = self._clock(), time.thread_time()
        self._obey(pipeline.smoother)
        result = pipeline.process(VideoFrame(frame, time_s))
        self._watch(pipeline.smoother, result)
        faces = result.faces
        ahead = (
            faces if pipeline.tracker is None else pipeline.tracker.predict(time_s + SPEED_OVER_S)
        )
        speed = measure_speed(faces, ahead, SPEED_OVER_S)
        elapsed_s, cpu_s = self._clock() - started_s, time.thread_time() - cpu_s
        self._state.on_result(result, speed, elapsed_s, cpu_s)

    def fail(self, stage: str, error: Exception) -> None:
        """Count a fault of a stage; the stream goes on."""
        self._state.on_failure(stage, error)

    def close(self) -> None:
        """Let the pipeline go."""
        self._pipeline = None
        self._state.finish()

    def _obey(self, smoother: Smoother | None) -> None:
        """Do what was asked for since the last frame."""
        with self._lock:
            asked, self._asked = self._asked, None
        if asked is None:
            return
        if smoother is not None:
            smoother.set_baseline(None)
        if asked is BaselineState.COLLECTING:
            self._baseline.start()
        else:
            self._baseline.cancel()

    def _watch(self, smoother: Smoother | None, result: FrameResult) -> None:
        """Show the baseline this frame while it is being measured, and use it when it is."""
        if self._baseline.state is not BaselineState.COLLECTING:
            return
        state = self._baseline.update(result)
        if state is BaselineState.READY and smoother is not None:
            smoother.set_baseline(self._baseline.offsets)
        with self._lock:
            if self._asked is not None:
                return  # asked for something else meanwhile: its progress stands
            if state is BaselineState.FAILED:
                self._state.on_baseline(None, self._baseline.message)
            else:
                self._state.on_baseline(self._baseline.progress)
