"""Everything known about one stream, shared by its two threads and read by its page."""

import logging
import threading
from collections.abc import Callable

import numpy as np

from fer_core.errors import FerError
from fer_core.streaming.clock import StreamClock, TimedFrame
from fer_core.streaming.meters import ErrorMeter, MedianMeter, RateMeter
from fer_core.streaming.motion import move_faces
from fer_core.streaming.record import SessionRecord
from fer_core.streaming.snapshot import LiveSnapshot
from fer_core.streaming.timeline import TimelineRecorder
from fer_core.streaming.totals import shared_totals
from fer_core.temporal.blinks import BlinkRates, BlinkWatch
from fer_core.types import EmotionSample, FloatArray, FrameResult

logger = logging.getLogger("fer_core.streaming")

#: A result older than this is not drawn or shown any more: the face may be elsewhere or gone.
#: Longer than twice the slowest analysis that is of use, so that a slow machine does not flicker.
RESULT_MAX_AGE_S = 2.0


class StreamState:
    """Takes in frames, results and faults; gives what to draw and what to show.

    Every method is thread safe and short: the stream's callback waits for nothing else.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._totals = shared_totals()
        self._lock = threading.Lock()
        self._stream_clock = StreamClock()
        self._timeline = TimelineRecorder()
        self._record = SessionRecord()
        self._blinks = BlinkWatch()
        self._errors = ErrorMeter(logger, clock)
        self._in_rate, self._out_rate, self._analysis_rate = RateMeter(), RateMeter(), RateMeter()
        self._analysis_ms, self._callback_ms = MedianMeter(), MedianMeter()
        self._analysis_cpu_s = MedianMeter()
        self._ready = False
        self._problem: str | None = None
        self._latest: FrameResult | None = None
        self._speed = np.zeros((0, 2), np.float32)
        self._last_frame_s: float | None = None
        self._last_face_s: float | None = None
        self._size: tuple[int, int] | None = None
        self._frames = self._analysed = self._dropped = 0
        self._baseline_progress: float | None = None
        self._baseline_message: str | None = None

    def on_frame(self, frame: TimedFrame, size: tuple[int, int] | None = None) -> float:
        """Count a frame that arrived, of this width and height; its stream time in seconds."""
        self._totals.add_frame()
        with self._lock:
            self._size = size
            self._last_frame_s = now_s = self._clock()
            self._frames += 1
            time_s = self._stream_clock.read(frame, now_s)
            self._in_rate.add(time_s)
            return time_s

    def on_drop(self) -> None:
        """Count a frame that was replaced before it was analysed."""
        self._totals.add_drop()
        with self._lock:
            self._dropped += 1

    def on_returned(self, elapsed_s: float) -> None:
        """Count a frame handed back, and the seconds that took."""
        with self._lock:
            self._out_rate.add(self._clock())
            self._callback_ms.add(elapsed_s * 1000.0)

    def on_ready(self) -> None:
        """The pipeline is made and warmed."""
        with self._lock:
            self._ready = True

    def on_baseline(self, progress: float | None, message: str | None = None) -> None:
        """How far the neutral baseline is: 0..1, None without one; why it failed, if it did."""
        with self._lock:
            self._baseline_progress = progress
            self._baseline_message = message

    def on_result(
        self, result: FrameResult, speed: FloatArray, elapsed_s: float, cpu_s: float
    ) -> None:
        """Take in what the pipeline found.

        Args:
            result: the newest.
            speed: (N, 2) float32 pixels per second of its faces.
            elapsed_s, cpu_s: seconds, and CPU seconds of this thread, that it took.
        """
        self._totals.add_analysis(elapsed_s)
        with self._lock:
            self._latest, self._speed = result, speed
            self._analysed += 1
            self._analysis_rate.add(self._clock())
            self._analysis_ms.add(elapsed_s * 1000.0)
            self._analysis_cpu_s.add(cpu_s)
            if len(result.faces) or self._last_face_s is None:
                self._last_face_s = result.time_s
            self._timeline.add(result)
            self._record.add(result)
            self._blinks.add(result)

    def on_failure(self, stage: str, error: Exception) -> None:
        """Count and log a fault; one at the start means that nothing will be analysed."""
        self._errors.record(stage, error)
        self._totals.add_error(stage)
        if stage == "start":
            reason = str(error) if isinstance(error, FerError) else f"{type(error).__name__}."
            with self._lock:
                self._problem = f"The analysis could not start: {reason}"

    def affordable_hz(self, share: float) -> float:
        """Analyses a second that take this share of a core, going by the last ones."""
        with self._lock:
            return share / max(self._analysis_cpu_s.median() or 0.0, 1e-6)

    def to_draw(self, time_s: float) -> FrameResult | None:
        """What to draw on a frame of this time: the newest result, moved on to now."""
        with self._lock:
            latest, speed = self._current(time_s), self._speed
        return None if latest is None else move_faces(latest, speed, time_s)

    def samples(self) -> tuple[EmotionSample, ...]:
        """The seconds recorded so far, oldest first."""
        with self._lock:
            return self._record.samples()

    def measures(self) -> dict[tuple[int, int], FloatArray]:
        """Mean measures by face and second: see ``SessionRecord.measures``."""
        with self._lock:
            return self._record.measures()

    def finish(self) -> None:
        """The stream has ended: the second under way is recorded as it is."""
        with self._lock:
            self._record.finish()

    def snapshot(self) -> LiveSnapshot:
        """What the stream shows and counts at this moment; from any thread."""
        with self._lock:
            now_s, time_s = self._clock(), self._stream_clock.time_s
            newest, last_frame_s = self._latest, self._last_frame_s
            return LiveSnapshot(
                ready=self._ready,
                problem=self._problem,
                time_s=time_s,
                result=self._current(time_s),
                timeline=self._timeline.view(),
                frames=self._frames,
                analysed=self._analysed,
                dropped=self._dropped,
                in_fps=self._in_rate.rate(time_s),
                out_fps=self._out_rate.rate(now_s),
                analysis_fps=self._analysis_rate.rate(now_s),
                analysis_ms=self._analysis_ms.median(),
                callback_ms=self._callback_ms.median(),
                errors=self._errors.counts(),
                since_frame_s=None if last_frame_s is None else now_s - last_frame_s,
                since_face_s=None if newest is None else newest.time_s - (self._last_face_s or 0.0),
                baseline_progress=self._baseline_progress,
                baseline_message=self._baseline_message,
                samples=len(self._record),
                size=self._size,
                blinks=self._focus_blinks(),
            )

    def _focus_blinks(self) -> BlinkRates:
        latest = self._latest
        if latest is None or latest.focus is None:
            return BlinkRates()
        track_id = int(latest.faces.track_ids[latest.focus])
        return self._blinks.rates(track_id, latest.time_s)

    def _current(self, time_s: float) -> FrameResult | None:
        latest = self._latest
        return latest if latest and time_s - latest.time_s <= RESULT_MAX_AGE_S else None
