"""What changed and when: episodes of each expression, changes of label, variability. Per track.

All measures work on the smoothed probabilities and on seconds, never on frame counts, and are
computed while frames arrive: memory grows with the number of episodes, not of frames.

- **Episode** of an emotion: begins (onset) when its probability reaches ``enter``, ends at the
  first frame with a probability below ``leave`` (hysteresis), or at the last one before a gap
  longer than ``max_gap_s``; kept if it lasts at least ``min_length_s``. The peak is the first
  highest probability within. Episodes of two emotions may overlap.
- **Segment**: a stretch of time with one shown label; its end is where the next begins or where
  the face is lost.
- **Transition**: the label goes from one emotion to another within the same track, with nothing
  but ``unsure`` or an absence of at most ``max_gap_s`` between. ``unsure`` is no emotion.
- **Variability** of an emotion: standard deviation of its probability over the seen time.
"""

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fer_core.errors import ConfigError
from fer_core.labels import EMOTIONS, NUM_EMOTIONS, UNSURE
from fer_core.types import FrameResult

FloatArray64 = NDArray[np.float64]
ENTER: Final = 0.5
LEAVE: Final = 0.35
MIN_LENGTH_S: Final = 0.5


@dataclass(frozen=True, slots=True)
class Episode:
    """One emotion shown for a while. Times in seconds; ``peak`` is a probability."""

    track_id: int
    emotion: str
    onset_s: float
    peak_s: float
    end_s: float
    peak: float

    @property
    def length_s(self) -> float:
        """Seconds from onset to end."""
        return self.end_s - self.onset_s


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch with one shown label; ``mean`` is its mean probability, NaN for ``unsure``."""

    track_id: int
    label: str
    start_s: float
    end_s: float
    mean: float


@dataclass(slots=True)
class _Open:
    onset_s: float
    peak_s: float
    peak: float


@dataclass(slots=True)
class TrackMeasures:
    """All of one track.

    Attributes:
        seen_s: seconds in which it was seen; intervals of at most ``max_gap_s`` count.
        mean, variability: (7,) float64, over the seen time.
        label_s: seconds of each shown label, ``unsure`` included.
        transitions: (7, 7) int64, from row to column.
        episodes, segments: in order of their end.
    """

    track_id: int
    first_s: float
    last_s: float
    seen_s: float = 0.0
    transitions: NDArray[np.int64] = field(
        default_factory=lambda: np.zeros((NUM_EMOTIONS, NUM_EMOTIONS), np.int64)
    )
    label_s: dict[str, float] = field(default_factory=dict)
    episodes: list[Episode] = field(default_factory=list)
    segments: list[Segment] = field(default_factory=list)
    _sum: FloatArray64 = field(default_factory=lambda: np.zeros(NUM_EMOTIONS))
    _squares: FloatArray64 = field(default_factory=lambda: np.zeros(NUM_EMOTIONS))
    _held: FloatArray64 | None = None
    _since_s: float = 0.0
    _label: str = ""
    _label_since_s: float = 0.0
    _label_sum: float = 0.0
    _emotion: str = ""
    _open: dict[int, _Open] = field(default_factory=dict)

    @property
    def mean(self) -> FloatArray64:
        if self.seen_s <= 0:
            return self._held if self._held is not None else np.full(NUM_EMOTIONS, np.nan)
        return np.asarray(self._sum / self.seen_s, np.float64)

    @property
    def variability(self) -> FloatArray64:
        if self.seen_s <= 0:
            return np.full(NUM_EMOTIONS, np.nan)
        variance = self._squares / self.seen_s - self.mean**2
        return np.asarray(np.sqrt(np.clip(variance, 0, None)), np.float64)

    @property
    def changes_per_min(self) -> float:
        """Transitions a minute of seen time; NaN without any."""
        return 60 * float(self.transitions.sum()) / self.seen_s if self.seen_s > 0 else float("nan")


class EpisodeDetector:
    """Collects ``TrackMeasures`` of every track, frame by frame; see the module.

    A frame's values hold until the track's next frame, and with ``is_shown`` until the next frame
    of all (see ``SecondWindows``). Frames whose time stands still or goes back are left out, as
    are untracked faces and rows that are not finite.

    Args:
        enter, leave: probabilities at which an episode begins and ends.
        min_length_s: shorter episodes are dropped.
        max_gap_s: a longer absence ends what is open and does not count as seen.

    Raises:
        ConfigError: not 0 < leave <= enter <= 1, or a time out of range.
    """

    def __init__(
        self,
        *,
        enter: float = ENTER,
        leave: float = LEAVE,
        min_length_s: float = MIN_LENGTH_S,
        max_gap_s: float = 0.5,
    ) -> None:
        if not 0 < leave <= enter <= 1 or not min_length_s >= 0 or not max_gap_s > 0:
            raise ConfigError(
                "Episodes need 0 < leave <= enter <= 1, min_length_s >= 0 and max_gap_s > 0. "
                f"Received: {leave}, {enter}, {min_length_s}, {max_gap_s}."
            )
        self.enter, self.leave = enter, leave
        self.min_length_s, self.max_gap_s = min_length_s, max_gap_s
        self.tracks: dict[int, TrackMeasures] = {}
        self._active: set[int] = set()
        self._time_s: float | None = None
        self._in_view: set[int] = set()

    def add(self, result: FrameResult, *, is_shown: bool = False) -> None:
        """Take in a frame; ``is_shown``: the one before was on show until this one."""
        now = result.time_s
        goes_on = self._time_s is None or now > self._time_s
        if is_shown:
            self._hold(now)
        self._time_s = now
        self._in_view = set()
        for row, key in enumerate(result.faces.track_ids.tolist()):
            if key in self._active and not (goes_on and now >= self.tracks[key].last_s):
                continue
            if key >= 0 and np.isfinite(result.smoothed[row]).all():
                self._see(
                    key, now, np.asarray(result.smoothed[row], np.float64), result.labels[row]
                )
        for key in [k for k in self._active if now - self.tracks[k].last_s > self.max_gap_s]:
            self._lose(self.tracks[key])

    def pause(self, until_s: float, *, alone_s: float = 0.0) -> None:
        """The last frame was on show until then; what comes after is not known.

        Args:
            until_s: time.
            alone_s: so long counts a face that was seen in the last frame only.
        """
        self._hold(until_s)
        for track in (self.tracks[key] for key in self._in_view):
            if track.last_s == track._since_s:
                self._pass(track, track.last_s + alone_s)
                track.last_s += alone_s
        self.finish()
        self._in_view = set()

    def finish(self) -> dict[int, TrackMeasures]:
        """End what is open; all tracks by id."""
        for key in sorted(self._active):
            self._lose(self.tracks[key])
        return self.tracks

    def _see(self, key: int, now: float, probs: FloatArray64, label: str) -> None:
        track = self.tracks.get(key)
        if track is None:
            track = self.tracks[key] = TrackMeasures(key, now, now)
        if key in self._active and now - track.last_s > self.max_gap_s:
            self._lose(track)
        if key not in self._active:
            self._active.add(key)
            track._since_s = now
            self._begin_label(track, label, now)
        else:
            self._pass(track, now)
            if label != track._label:
                self._end_label(track, now)
                self._begin_label(track, label, now)
        track.last_s, track._held = now, probs
        self._in_view.add(key)
        self._follow_episodes(track, now, probs)

    def _hold(self, until_s: float) -> None:
        """Count the faces of the last frame until then."""
        for track in (self.tracks[key] for key in self._in_view):
            if until_s > track.last_s:
                self._pass(track, until_s)
                track.last_s = until_s

    @staticmethod
    def _pass(track: TrackMeasures, now: float) -> None:
        """What was last seen held until now."""
        if track._held is None:
            return
        passed = now - track.last_s
        track.seen_s += passed
        track._sum += passed * track._held
        track._squares += passed * track._held**2
        if track._label in EMOTIONS:
            track._label_sum += passed * float(track._held[EMOTIONS.index(track._label)])

    def _follow_episodes(self, track: TrackMeasures, now: float, probs: FloatArray64) -> None:
        for index, p in enumerate(probs.tolist()):
            current = track._open.get(index)
            if current is None:
                if p >= self.enter:
                    track._open[index] = _Open(now, now, p)
            elif p < self.leave:
                self._end_episode(track, index, now)
            elif p > current.peak:
                current.peak, current.peak_s = p, now

    def _begin_label(self, track: TrackMeasures, label: str, now: float) -> None:
        if label != UNSURE:
            if track._emotion and track._emotion != label:
                track.transitions[EMOTIONS.index(track._emotion), EMOTIONS.index(label)] += 1
            track._emotion = label
        track._label, track._label_since_s, track._label_sum = label, now, 0.0

    def _end_label(self, track: TrackMeasures, now: float) -> None:
        length = now - track._label_since_s
        if length <= 0:
            return
        track.label_s[track._label] = track.label_s.get(track._label, 0.0) + length
        mean = track._label_sum / length if track._label != UNSURE else float("nan")
        track.segments.append(
            Segment(track.track_id, track._label, track._label_since_s, now, mean)
        )

    def _end_episode(self, track: TrackMeasures, index: int, now: float) -> None:
        found = track._open.pop(index)
        if now - found.onset_s >= self.min_length_s - 1e-9:
            track.episodes.append(
                Episode(
                    track.track_id, EMOTIONS[index], found.onset_s, found.peak_s, now, found.peak
                )
            )

    def _lose(self, track: TrackMeasures) -> None:
        """The face was last seen at ``last_s``: end label and episodes there."""
        self._end_label(track, track.last_s)
        for index in sorted(track._open):
            self._end_episode(track, index, track.last_s)
        track._emotion = ""
        self._active.discard(track.track_id)
