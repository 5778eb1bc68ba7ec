"""Lets somebody see what a stream's pipeline finds, frame by frame."""

from collections.abc import Callable

from fer_core.imaging.frame import Frame
from fer_core.streaming.analyst import Pipeline
from fer_core.temporal import Smoother
from fer_core.tracking import Tracker
from fer_core.types import FrameResult


class WatchedPipeline:
    """A pipeline whose every frame and result are also handed to ``watch``, on its own thread."""

    def __init__(self, pipeline: Pipeline, watch: Callable[[Frame, FrameResult], None]) -> None:
        self._pipeline = pipeline
        self._watch = watch

    @property
    def tracker(self) -> Tracker | None:
        """The pipeline's own."""
        return self._pipeline.tracker

    @property
    def smoother(self) -> Smoother | None:
        """The pipeline's own."""
        return self._pipeline.smoother

    def warm_up(self) -> None:
        """As the pipeline's own."""
        self._pipeline.warm_up()

    def process(self, frame: Frame) -> FrameResult:
        """As the pipeline's own."""
        result = self._pipeline.process(frame)
        self._watch(frame, result)
        return result
