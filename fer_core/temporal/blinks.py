"""Blinks and closed eyes over time, from the iris contrast of one face (``landmarks.iris``).

An eye counts as closed while the mean contrast of both is below half of the person's own open
level, the 80th percentile of their last minute: light and colour of the eyes cancel out. The times
of closing and opening are interpolated between frames. A closure of at most half a second is a
blink (they last 0.1 to 0.4 s: Caffier, Erdmann and Ullsperger 2003, European Journal of Applied
Physiology 89(3)); a longer one is closed eyes.

PERCLOS is the share of a minute in which the eyes are closed (Wierwille, Ellsworth, Wreggit,
Fairbanks and Kirn 1994, DOT HS 808 247). The original counts a lid that covers 80 % of the pupil as
a coder sees it; ours counts a contrast below half, so thresholds from the literature do not carry
over. All three are of the last minute, and are known once ten seconds of it were measured.
"""

from collections import deque
from dataclasses import dataclass
from typing import Final

import numpy as np

from fer_core.types import MEASURES, FrameResult

WINDOW_S: Final = 60.0
#: What was measured less than this is no minute.
LEAST_S: Final = 10.0
LONGEST_BLINK_S: Final = 0.5
#: Frames farther apart say nothing about the time between them.
MAX_GAP_S: Final = 0.5
CLOSED_SHARE: Final = 0.5
OPEN_RANK: Final = 0.8
#: A contrast below this is no open eye: hidden by glasses, a turned head, the dark.
LEAST_LEVEL: Final = 0.25
#: Of measuring the open level anew.
LEVEL_EVERY_S: Final = 0.5
#: Names of what is told, in the order of ``BlinkRates``.
BLINKS: Final = ("blink_rate_per_min", "blink_duration_s", "perclos")

_IRIS: Final = [MEASURES.index(f"iris_contrast_{side}") for side in ("right", "left")]


@dataclass(frozen=True, slots=True)
class BlinkRates:
    """What the eyes of a face did in the last minute; NaN while unknown.

    Attributes:
        blink_rate_per_min: blinks a minute of measured time.
        blink_duration_s: their mean duration; NaN without a blink.
        perclos: share of the measured time with closed eyes, 0..1.
    """

    blink_rate_per_min: float = float("nan")
    blink_duration_s: float = float("nan")
    perclos: float = float("nan")


@dataclass(frozen=True, slots=True)
class Closure:
    """A time with closed eyes, in seconds of the stream."""

    begin_s: float
    end_s: float

    @property
    def duration_s(self) -> float:
        return self.end_s - self.begin_s

    @property
    def is_blink(self) -> bool:
        """Whether it is short enough."""
        return self.duration_s <= LONGEST_BLINK_S


class BlinkDetector:
    """Follows one face. Times rise; one that does not is left out."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, float]] = deque()
        self._spans: deque[tuple[float, float]] = deque()
        self._closures: deque[Closure] = deque()
        self._last: tuple[float, float] | None = None
        self._closed_since: float | None = None
        self._level, self._level_s = float("nan"), float("-inf")

    @property
    def is_closed(self) -> bool:
        """Whether the eyes are closed now."""
        return self._closed_since is not None

    def add(self, time_s: float, contrast: float) -> Closure | None:
        """Take in a frame; the closure that it ends, if it does.

        Args:
            time_s: of the frame.
            contrast: mean of both eyes; NaN where nothing was measured.
        """
        if self._last is not None and time_s <= self._last[0]:
            return None
        if not np.isfinite(contrast):
            self._break()
            return None
        if self._last is not None and time_s - self._last[0] > MAX_GAP_S:
            self._break()
        self._measure_level(time_s, contrast)
        ended = self._step(time_s, contrast)
        self._last = (time_s, contrast)
        return ended

    def rates(self, now_s: float) -> BlinkRates:
        """What the eyes did in the minute before ``now_s``."""
        since = now_s - WINDOW_S
        self._forget(since)
        measured_s = sum(end - max(begin, since) for begin, end in self._spans)
        if measured_s < LEAST_S:
            return BlinkRates()
        blinks = [c for c in self._closures if c.is_blink]
        closed_s = sum(c.end_s - max(c.begin_s, since) for c in self._closures)
        if self._closed_since is not None and self._last is not None:
            closed_s += self._last[0] - max(self._closed_since, since)
        return BlinkRates(
            60.0 * len(blinks) / measured_s,
            float(np.mean([c.duration_s for c in blinks])) if blinks else float("nan"),
            min(1.0, closed_s / measured_s),
        )

    def _forget(self, since: float) -> None:
        while self._seen and self._seen[0][0] <= since:
            self._seen.popleft()
        while self._spans and self._spans[0][1] <= since:
            self._spans.popleft()
        while self._closures and self._closures[0].end_s <= since:
            self._closures.popleft()

    def _measure_level(self, time_s: float, contrast: float) -> None:
        self._seen.append((time_s, contrast))
        self._forget(time_s - WINDOW_S)
        if time_s - self._level_s >= LEVEL_EVERY_S:
            self._level_s = time_s
            values = np.sort([value for _, value in self._seen])
            level = float(values[int(OPEN_RANK * (len(values) - 1))])
            self._level = level if level >= LEAST_LEVEL else float("nan")

    def _step(self, time_s: float, contrast: float) -> Closure | None:
        limit = CLOSED_SHARE * self._level
        if not np.isfinite(limit):
            self._break()
            return None
        if self._last is None:
            if contrast < limit:
                self._closed_since = time_s
            return None
        before_s, before = self._last
        self._extend(before_s, time_s)
        # Where the line between the two frames crosses the limit.
        share = (before - limit) / (before - contrast) if before != contrast else 1.0
        at_s = before_s + min(1.0, max(0.0, share)) * (time_s - before_s)
        if contrast < limit:
            if self._closed_since is None:
                self._closed_since = at_s
        elif self._closed_since is not None:
            ended = Closure(self._closed_since, max(at_s, self._closed_since))
            self._closed_since = None
            self._closures.append(ended)
            return ended
        return None

    def _extend(self, begin_s: float, end_s: float) -> None:
        """Measured time, joined where it goes on; cut by seconds, so that a minute is exact."""
        if self._spans and self._spans[-1][1] == begin_s and end_s - self._spans[-1][0] < 1.0:
            begin_s, _ = self._spans.pop()
        self._spans.append((begin_s, end_s))

    def _break(self) -> None:
        """Nothing is known from the last frame on: a closure that was open counts up to it."""
        if self._closed_since is not None and self._last is not None:
            self._closures.append(Closure(self._closed_since, self._last[0]))
        self._closed_since = self._last = None


class BlinkWatch:
    """The blinks of all faces of a stream, by track.

    Args:
        expiry_s: a face that is out of sight for longer begins anew.
    """

    def __init__(self, *, expiry_s: float = WINDOW_S) -> None:
        self._expiry_s = expiry_s
        self._tracks: dict[int, tuple[float, BlinkDetector]] = {}

    def add(self, result: FrameResult) -> dict[int, Closure]:
        """Take in a frame; track to the closure that it ends."""
        ended = {}
        for track_id, row in zip(result.faces.track_ids, result.faces.measures, strict=True):
            if track_id < 0:
                continue
            _, detector = self._tracks.get(int(track_id), (0.0, None))
            detector = detector or BlinkDetector()
            self._tracks[int(track_id)] = (result.time_s, detector)
            closure = detector.add(result.time_s, float(row[_IRIS].mean()))
            if closure is not None:
                ended[int(track_id)] = closure
        limit = result.time_s - self._expiry_s
        self._tracks = {key: kept for key, kept in self._tracks.items() if kept[0] >= limit}
        return ended

    def rates(self, track_id: int, now_s: float) -> BlinkRates:
        """What a face's eyes did in the last minute; unknown for one that was not seen."""
        kept = self._tracks.get(track_id)
        return BlinkRates() if kept is None else kept[1].rates(now_s)

    def is_closed(self, track_id: int) -> bool:
        """Whether a face's eyes are closed in its newest frame."""
        kept = self._tracks.get(track_id)
        return kept is not None and kept[1].is_closed
