"""Frames to seconds: one ``EmotionSample`` per track and second."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fer_core.errors import ConfigError
from fer_core.labels import NUM_EMOTIONS
from fer_core.types import EmotionSample, FrameResult

#: What a frame of a live stream shows holds for so long at most.
MAX_GAP_S: Final = 0.5


def spread(start_s: float, end_s: float, window_s: float = 1.0) -> Iterator[tuple[int, float]]:
    """What an interval of time covers of each window it touches.

    Windows begin at whole multiples of their length. What a frame shows holds from its time to
    that of the next, so a mean over time is a sum over these pieces, whatever the frame rate.

    Args:
        start_s, end_s: of the interval.
        window_s: length of a window.

    Yields:
        (number of the window, seconds of it), in order; the seconds add up to the interval's.
    """
    for index in range(int(np.floor(start_s / window_s)), int(np.floor(end_s / window_s)) + 1):
        length = min(end_s, (index + 1) * window_s) - max(start_s, index * window_s)
        if length > 0:
            yield index, length


@dataclass(frozen=True, slots=True)
class _Seen:
    """One face in one frame. ``facing`` and ``eyes_open`` are None where not measured.

    ``is_new``: nothing was counted since it came into view.
    """

    time_s: float
    probs: NDArray[np.float64]
    facing: bool | None
    eyes_open: bool | None
    is_new: bool = True


@dataclass(slots=True)
class _Share:
    """Seconds in which something held, of those in which it was measured."""

    held_s: float = 0.0
    measured_s: float = 0.0

    def add(self, value: bool | None, seconds: float) -> None:
        if value is not None:
            self.measured_s += seconds
            self.held_s += seconds * value

    @property
    def value(self) -> float:
        return self.held_s / self.measured_s if self.measured_s > 0 else float("nan")


@dataclass(slots=True)
class _Window:
    """Sums over one track and one window."""

    probs: NDArray[np.float64] = field(default_factory=lambda: np.zeros(NUM_EMOTIONS))
    valid_s: float = 0.0
    facing: _Share = field(default_factory=_Share)
    eyes_open: _Share = field(default_factory=_Share)

    def add(self, seen: _Seen, seconds: float) -> None:
        self.probs += seconds * seen.probs
        self.valid_s += seconds
        self.facing.add(seen.facing, seconds)
        self.eyes_open.add(seen.eyes_open, seconds)


class SecondWindows:
    """Aggregates frames over windows aligned to whole multiples of their length.

    What a frame shows of a face holds until the face's next frame, and the time between counts
    as valid if it is at most ``max_gap_s``; an interval that crosses the border of windows is
    split there. So ``valid_s`` and the means depend on time and not on the frame rate (as long
    as frames come at least every ``max_gap_s``). The smoothed probabilities are averaged: they
    carry the neutral baseline.

    A file's frame is on show until its next one, however far that is: with ``is_shown`` a face
    counts until the next frame, whether that shows it or not. Of a live stream nobody knows what
    happened between two frames far apart.

    A window is given out once no later frame can add to it (``max_gap_s`` after its end), tracks
    of a window in ascending order; a track with no valid time gives no sample. A timestamp that
    stands still or goes back by up to a window is left out; further back means that the stream
    started again: all open windows are given out.

    Args:
        window_s: length in seconds.
        max_gap_s: see above.
        max_yaw, max_pitch: a face turned by at most so many degrees faces the camera.
        min_openness: mean openness of both eyes from which they count as open.

    Raises:
        ConfigError: a limit is not positive.
    """

    def __init__(
        self,
        *,
        window_s: float = 1.0,
        max_gap_s: float = MAX_GAP_S,
        max_yaw: float = 25.0,
        max_pitch: float = 25.0,
        min_openness: float = 0.5,
    ) -> None:
        limits = (window_s, max_gap_s, max_yaw, max_pitch, min_openness)
        if not all(0 < limit < np.inf for limit in limits):
            raise ConfigError(f"Limits of windows must be positive. Received: {limits}.")
        self.window_s, self.max_gap_s = window_s, max_gap_s
        self.max_yaw, self.max_pitch, self.min_openness = max_yaw, max_pitch, min_openness
        self._restart()

    def _restart(self) -> None:
        self._last: dict[int, _Seen] = {}
        self._windows: dict[tuple[int, int], _Window] = {}
        self._time_s: float | None = None
        self._in_view: set[int] = set()

    def add(self, result: FrameResult, *, is_shown: bool = False) -> list[EmotionSample]:
        """Take in a frame; the samples of windows that it completes.

        Args:
            result: of the frame.
            is_shown: the frame before was on show until this one.

        Raises:
            ValueError: the frame's time is not finite.
        """
        now, done = result.time_s, []
        if not np.isfinite(now):
            raise ValueError(f"time_s must be finite. Received: {now}.")
        if self._time_s is not None and now <= self._time_s:
            if self._time_s - now <= self.window_s:
                return []
            done = self.flush()
        if is_shown:
            self._hold(now)
        self._time_s = now
        self._in_view = set()
        for row, track_id in enumerate(result.faces.track_ids):
            if track_id >= 0 and np.isfinite(result.smoothed[row]).all():
                self._see(int(track_id), self._observe(result, row))
        self._last = {k: s for k, s in self._last.items() if now - s.time_s <= self.max_gap_s}
        complete = int(np.floor((now - self.max_gap_s) / self.window_s))
        return done + self._give(complete)

    def pause(self, until_s: float, *, alone_s: float = 0.0) -> None:
        """The last frame was on show until then; what comes after is not known.

        Args:
            until_s: time.
            alone_s: so long counts a face that was seen in the last frame only.
        """
        self._hold(until_s)
        for track_id in self._in_view:
            seen = self._last[track_id]
            if seen.is_new:
                self._fill(track_id, seen, seen.time_s + alone_s)
        self._last, self._in_view = {}, set()

    def flush(self) -> list[EmotionSample]:
        """The samples of all open windows; the next frame starts anew."""
        samples = self._give(None)
        self._restart()
        return samples

    def _observe(self, result: FrameResult, row: int) -> _Seen:
        yaw, pitch, _ = result.faces.poses[row]
        openness = float(result.faces.eye_openness[row].mean())
        posed = bool(np.isfinite([yaw, pitch]).all())
        return _Seen(
            time_s=result.time_s,
            probs=np.asarray(result.smoothed[row], np.float64),
            facing=bool(abs(yaw) <= self.max_yaw and abs(pitch) <= self.max_pitch)
            if posed
            else None,
            eyes_open=openness >= self.min_openness if np.isfinite(openness) else None,
        )

    def _hold(self, until_s: float) -> None:
        """Count the faces of the last frame until then."""
        for track_id in self._in_view:
            seen = self._last[track_id]
            if until_s > seen.time_s:
                self._fill(track_id, seen, until_s)
                self._last[track_id] = replace(seen, time_s=until_s, is_new=False)

    def _see(self, track_id: int, seen: _Seen) -> None:
        before = self._last.get(track_id)
        if before is not None and seen.time_s - before.time_s <= self.max_gap_s:
            self._fill(track_id, before, seen.time_s)
            seen = replace(seen, is_new=False)
        self._last[track_id] = seen
        self._in_view.add(track_id)

    def _fill(self, track_id: int, before: _Seen, until_s: float) -> None:
        for index, seconds in spread(before.time_s, until_s, self.window_s):
            self._windows.setdefault((index, track_id), _Window()).add(before, seconds)

    def _give(self, before: int | None) -> list[EmotionSample]:
        """Samples of the windows below index ``before`` (None: all), in order of time."""
        chosen = sorted(key for key in self._windows if before is None or key[0] < before)
        return [self._sample(*key, self._windows.pop(key)) for key in chosen]

    def _sample(self, index: int, track_id: int, window: _Window) -> EmotionSample:
        return EmotionSample(
            time_s=index * self.window_s,
            duration_s=self.window_s,
            track_id=track_id,
            probs=(window.probs / window.probs.sum()).astype(np.float32),
            valid_s=min(window.valid_s, self.window_s),
            facing=window.facing.value,
            eyes_open=window.eyes_open.value,
        )
