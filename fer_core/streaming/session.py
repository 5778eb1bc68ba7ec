"""One visitor's live stream: frames in, annotated frames out, analysis beside it."""

import time
import weakref
from collections.abc import Callable
from typing import Self

import av

from fer_core.errors import ConfigError
from fer_core.imaging.draw import annotate as draw_result
from fer_core.streaming.analyst import Analyst, Pipeline
from fer_core.streaming.clock import Pacer
from fer_core.streaming.snapshot import LiveSnapshot
from fer_core.streaming.state import StreamState
from fer_core.streaming.worker import REST_AFTER_S, LatestWorker
from fer_core.types import EmotionSample, FloatArray, FrameResult

#: Analyses a second at most, and at least as far as the machine allows.
ANALYSIS_HZ = 15.0
MIN_ANALYSIS_HZ = 5.0
#: Share of a core that the analysis of one stream may take while it is above the lowest rate. With
#: it a stream costs at most 1.3 times its decoding and encoding, at 15 fps too: ``bench live``.
ANALYSIS_SHARE = 0.03

Annotate = Callable[[av.VideoFrame, FrameResult | None, bool], av.VideoFrame]


class LiveSession:
    """Annotates the frames of one stream at the camera's own rate.

    ``callback`` only draws; one thread beside it analyses the newest frame, and frames that come
    while it is busy replace the one that waits. It does so ``analysis_hz`` times a second, or as
    often as ``analysis_share`` of a core allows; in between, boxes move on. The pipeline is
    made and warmed on that thread as soon as the session exists. A session that nobody holds any
    more stops by itself; one that gets no frames for ``rest_after_s`` lets thread and pipeline go
    until the next frame, and what was recorded stays.

    Args:
        make_pipeline: makes a pipeline of its own for this stream.
        mirror: show visitors their mirror image; labels stay readable.
        clock: monotonic seconds.
        analysis_hz: analyses per second of stream time, at most.
        analysis_share: share of a core for the analysis; not below 5 analyses a second.
        annotate: draws a result on a frame, and mirrors it.
        heartbeat: called for every frame, such as ``Lease.touch``; while it gives False, frames
            go back untouched and unanalysed.
        rest_after_s: seconds without a frame, see above.
        is_seen: whether anybody may see the stream; where nobody does, less of a wait.

    Raises:
        ConfigError: ``analysis_hz`` or ``analysis_share`` is not above 0.
    """

    def __init__(
        self,
        make_pipeline: Callable[[], Pipeline],
        *,
        mirror: bool = True,
        clock: Callable[[], float] = time.monotonic,
        analysis_hz: float = ANALYSIS_HZ,
        analysis_share: float = ANALYSIS_SHARE,
        annotate: Annotate = draw_result,
        heartbeat: Callable[[], bool] | None = None,
        rest_after_s: float = REST_AFTER_S,
        is_seen: Callable[[], bool] = lambda: True,
    ) -> None:
        if not (0 < analysis_hz < float("inf") and analysis_share > 0):
            raise ConfigError(
                "analysis_hz and analysis_share must be above 0. "
                f"Received: {analysis_hz}, {analysis_share}."
            )
        self._make_pipeline = make_pipeline
        self._mirror = mirror
        self._clock = clock
        self._annotate = annotate
        self._heartbeat = heartbeat
        self._pacer = Pacer()
        self._max_hz = analysis_hz
        self._min_hz = min(MIN_ANALYSIS_HZ, analysis_hz)
        self._share = analysis_share
        self._closed = False
        self._state = StreamState(clock)
        self._analyst = Analyst(make_pipeline, self._state, clock)
        self._worker = LatestWorker(self._analyst, rest_after_s=rest_after_s, is_seen=is_seen)
        weakref.finalize(self, self._worker.stop)

    def callback(self, frame: av.VideoFrame) -> av.VideoFrame:
        """The frame with the latest result drawn on it; never raises, never waits for analysis.

        Whatever goes wrong is counted, and the frame goes back untouched.
        """
        started_s = self._clock()
        try:
            return self._handle(frame)
        except Exception as error:
            self._state.on_failure("drawing", error)
            return frame
        finally:
            self._state.on_returned(self._clock() - started_s)

    def _handle(self, frame: av.VideoFrame) -> av.VideoFrame:
        time_s = self._state.on_frame(frame, (frame.width, frame.height))
        if self._closed or not (self._heartbeat is None or self._heartbeat()):
            return frame
        # Converted once, here: a frame keeps one scaler of its own, which the analysis thread
        # and the encoder of an untouched frame must not use at the same time.
        usual = frame if frame.format.name == "yuv420p" else _to_yuv420p(frame)
        rate_hz = min(max(self._state.affordable_hz(self._share), self._min_hz), self._max_hz)
        is_due = self._pacer.is_due(time_s, rate_hz)
        if is_due or self._worker.has_waiting:
            has_dropped = self._worker.submit(usual, time_s, self._prepare)
            if has_dropped:
                self._state.on_drop()
        return self._annotate(usual, self._state.to_draw(time_s), self._mirror)

    def _prepare(self) -> None:
        self._analyst.prepare(self._make_pipeline)

    def snapshot(self) -> LiveSnapshot:
        """This moment, immutable; for the page, from any thread."""
        return self._state.snapshot()

    def samples(self) -> tuple[EmotionSample, ...]:
        """The recorded seconds, oldest first: see ``temporal.samples``."""
        return self._state.samples()

    def measures(self) -> dict[tuple[int, int], FloatArray]:
        """Mean measures by face and second: see ``SessionRecord.measures``."""
        return self._state.measures()

    def set_mirror(self, mirror: bool) -> None:
        """Show the mirror image from the next frame on, or no more."""
        self._mirror = mirror

    def start_baseline(self) -> None:
        """Measure the visitor's neutral face for the next seconds, then correct by it."""
        self._analyst.start_baseline()

    def clear_baseline(self) -> None:
        """Correct by no baseline from the next frame on."""
        self._analyst.clear_baseline()

    def close(self, timeout_s: float | None = 0.0) -> None:
        """Stop the analysis thread; frames that still come go back untouched.

        Args:
            timeout_s: how long to wait for the thread to end; None waits until it has.
        """
        self._closed = True
        self._worker.stop()
        self._worker.join(timeout_s)

    @property
    def is_closed(self) -> bool:
        """True after ``close``."""
        return self._closed

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _to_yuv420p(frame: av.VideoFrame) -> av.VideoFrame:
    converted = frame.reformat(format="yuv420p", threads=1)
    converted.pts = frame.pts
    return converted
