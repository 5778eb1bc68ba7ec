"""Analyses the newest frame of a source, so many times a second, and hands on what was found."""

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import av

from fer_core.errors import FerError
from fer_core.imaging.frame import VideoFrame
from fer_core.outlets.message import Outlet, StreamMessage
from fer_core.outlets.sources import Source
from fer_core.pipeline import FacePipeline
from fer_core.streaming.clock import Pacer
from fer_core.streaming.worker import LatestWorker
from fer_core.temporal.blinks import BlinkWatch

_log = logging.getLogger(__name__)

RATE_HZ: Final = 15.0


@dataclass(slots=True)
class Watched:
    """How a stream went.

    Attributes:
        frames: that came.
        sent: messages.
        late: frames that were due and left out, since the one before was still analysed.
        failed: frames whose analysis failed.
    """

    frames: int = 0
    sent: int = 0
    late: int = 0
    failed: int = 0


def watch_source(
    source: Source,
    outlets: Sequence[Outlet],
    make_pipeline: Callable[[], FacePipeline],
    *,
    rate_hz: float = RATE_HZ,
) -> Watched:
    """Until the source ends; every frame that is analysed is sent to all outlets.

    Raises:
        FerError: the source, the pipeline or an outlet cannot go on.
    """
    job = _WatchJob(outlets, make_pipeline)
    worker = LatestWorker(job, name="watch-analysis")
    pacer = Pacer()
    try:
        job.wait_until_ready()
        for frame, time_s, captured_unix_s in source.frames():
            if job.problem is not None:
                break
            job.watched.frames += 1
            if pacer.is_due(time_s, rate_hz):
                frame.opaque = captured_unix_s
                job.watched.late += worker.submit(frame, time_s)
        while worker.has_waiting and worker.is_alive:
            job.settled.wait(0.01)
    finally:
        worker.stop()
        worker.join(10.0)
    if job.problem is not None:
        raise job.problem
    return job.watched


class _WatchJob:
    """The job of the ``LatestWorker``."""

    def __init__(
        self, outlets: Sequence[Outlet], make_pipeline: Callable[[], FacePipeline]
    ) -> None:
        self._outlets, self._make_pipeline = outlets, make_pipeline
        self._pipeline: FacePipeline | None = None
        self._blinks = BlinkWatch()
        self._ready = threading.Event()
        self.settled = threading.Event()
        self.watched = Watched()
        self.problem: FerError | None = None

    def wait_until_ready(self) -> None:
        """Frames come when the networks are loaded: the first is as quick as the others.

        Raises:
            FerError: they cannot be loaded.
        """
        self._ready.wait()
        if self.problem is not None:
            raise self.problem

    def open(self) -> None:
        """As ``Job.open``."""
        self._pipeline = self._make_pipeline()
        self._pipeline.warm_up()
        self._ready.set()

    def work(self, frame: av.VideoFrame, time_s: float) -> None:
        """As ``Job.work``."""
        if self._pipeline is None or self.problem is not None:
            return
        captured_unix_s = float(frame.opaque)
        result = self._pipeline.process(VideoFrame(frame, time_s))
        self._blinks.add(result)
        message = StreamMessage.from_result(
            self.watched.sent, captured_unix_s, result, self._blinks
        )
        self.watched.sent += 1
        for outlet in self._outlets:
            outlet.send(message)

    def fail(self, stage: str, error: Exception) -> None:
        """As ``Job.fail``: what was raised on purpose ends the stream, a bad frame does not."""
        if isinstance(error, FerError):
            self.problem = self.problem or error
        elif stage == "start":
            self.problem = FerError(f"The analysis could not start ({error}).")
        else:
            self.watched.failed += 1
            _log.warning("a frame could not be analysed: %s", error)
        self._ready.set()

    def close(self) -> None:
        """As ``Job.close``."""
        self._pipeline = None
        self._ready.set()
