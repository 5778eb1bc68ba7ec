"""What a page may know of a running stream: immutable, taken at one moment."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from fer_core.streaming.timeline import Timeline
from fer_core.temporal.blinks import BlinkRates
from fer_core.types import FloatArray, FrameResult


@dataclass(frozen=True, slots=True, eq=False)
class LiveSnapshot:
    """One moment of a ``LiveSession``.

    Attributes:
        ready: the pipeline is made and warmed.
        problem: why no analysis can run, one sentence; None while it can.
        time_s: stream time of the newest frame, seconds since the first; 0 before it.
        result: the newest result, None before the first one and when it is too old to be true.
        timeline: the last minute of the face in focus, about five samples a second.
        frames: frames received so far.
        analysed: frames analysed so far.
        dropped: frames that waited for analysis and were replaced by a newer one.
        in_fps: frames a second as the camera stamped them.
        out_fps: frames a second handed back, by this machine's clock.
        analysis_fps: frames a second analysed, by this machine's clock.
        analysis_ms: median milliseconds of one analysis; None before the first.
        callback_ms: median milliseconds the stream's callback took; None before the first.
        errors: number of errors by kind, such as ``{'analysis: ValueError': 3}``.
        since_frame_s: seconds since the last frame arrived; None before the first.
        since_face_s: seconds of stream time without a face, 0 with one in view; None before the
            first analysed frame.
        baseline_progress: 0..1 while the neutral baseline is being measured, 1 once it is in
            use, None without one.
        baseline_message: why the last measurement of it failed and what to do; None otherwise.
        samples: seconds recorded so far, counted per track.
        size: width and height of the newest frame; None before the first.
        blinks: of the last minute of the face in focus; unknown without one.
    """

    ready: bool
    problem: str | None
    time_s: float
    result: FrameResult | None
    timeline: Timeline
    frames: int
    analysed: int
    dropped: int
    in_fps: float
    out_fps: float
    analysis_fps: float
    analysis_ms: float | None
    callback_ms: float | None
    errors: Mapping[str, int]
    since_frame_s: float | None
    since_face_s: float | None
    baseline_progress: float | None
    baseline_message: str | None
    samples: int
    size: tuple[int, int] | None = None
    blinks: BlinkRates = field(default_factory=BlinkRates)

    @property
    def focus(self) -> int | None:
        """Row of the face in focus in ``result``; None without a face."""
        return None if self.result is None else self.result.focus

    @property
    def focus_probs(self) -> FloatArray | None:
        """(7,) float32: smoothed probabilities of the face in focus; None without a face."""
        focus = self.focus
        return None if self.result is None or focus is None else self.result.smoothed[focus]

    @property
    def focus_label(self) -> str | None:
        """Label of the face in focus; None without a face."""
        focus = self.focus
        return None if self.result is None or focus is None else self.result.labels[focus]

    @property
    def track_ids(self) -> tuple[int, ...]:
        """Ids of the faces in view."""
        return () if self.result is None else tuple(map(int, self.result.faces.track_ids))

    @property
    def error_count(self) -> int:
        """Errors of all kinds together."""
        return sum(self.errors.values())
