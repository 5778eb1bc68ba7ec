"""Measuring a visitor's neutral face, on the analysis thread, when the page asks for it."""

import threading

from fer_core.streaming.state import StreamState
from fer_core.streaming.worker import Pipeline
from fer_core.types import FrameResult


class BaselineControl:
    """Stands between the analysis thread and the state, and feeds a baseline while one is due.

    ``start`` and ``clear`` are called from any thread; the smoother is touched on the analysis
    thread only.
    """

    def __init__(self, state: StreamState) -> None:
        self._state = state
        self._lock = threading.Lock()
        self._pipeline: Pipeline | None = None

    def start(self) -> None:
        """Measure from the next result on."""

    def clear(self) -> None:
        """Use none from the next result on."""

    def on_ready(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline
        self._state.on_ready()

    def on_result(self, result: FrameResult, elapsed_s: float, cpu_s: float) -> None:
        self._state.on_result(result, elapsed_s, cpu_s)

    def on_failure(self, stage: str, error: Exception) -> None:
        self._state.on_failure(stage, error)
