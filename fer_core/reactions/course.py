"""From a stream's seconds to the clip's time, and from many viewers to one picture."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fer_core.labels import NUM_EMOTIONS
from fer_core.types import EmotionSample

#: A player tells where it is every few seconds; silence for longer means that it is gone.
SILENCE_S = 10.0


@dataclass(frozen=True, slots=True)
class Mark:
    """What the player said at one moment.

    Attributes:
        stream_s: time of the camera's stream then.
        clip_s: time in the clip.
        plays: whether it went on from there.
    """

    stream_s: float
    clip_s: float
    plays: bool


@dataclass(frozen=True, slots=True)
class Heard:
    """A player's report as it arrived.

    Attributes:
        arrived_s: the stream's time when it was read; later than it was said, by the way here.
        said_s: when it was said, by the browser's own clock.
        clip_s, plays: as in ``Mark``.
    """

    arrived_s: float
    said_s: float
    clip_s: float
    plays: bool


def marks_of(heard: Sequence[Heard]) -> list[Mark]:
    """Marks in order of time. The report that was fastest on its way tells how the browser's clock
    and the stream's time differ, so that a server that is busy for a moment shifts nothing."""
    if not heard:
        return []
    offset_s = min(one.arrived_s - one.said_s for one in heard)
    marks = [Mark(one.said_s + offset_s, one.clip_s, one.plays) for one in heard]
    return sorted(marks, key=lambda mark: mark.stream_s)


@dataclass(frozen=True, slots=True, eq=False)
class ReactionCourse:
    """What one viewer's face showed, by the clip's second.

    Attributes:
        probs: (S, 7) float64, means; NaN where no face was seen.
        valid_s: (S,) float64, seconds with a face in each, 0..1.
    """

    probs: NDArray[np.float64]
    valid_s: NDArray[np.float64]

    @property
    def coverage(self) -> float:
        """Share of the clip with a face, 0..1."""
        return float(self.valid_s.mean()) if len(self.valid_s) else 0.0


def course_of(
    samples: Sequence[EmotionSample], marks: Sequence[Mark], duration_s: float
) -> ReactionCourse:
    """Bring the seconds of a stream onto the clip's time.

    The viewer is the face that was seen longest, and whichever was never seen beside it: somebody
    who looks away for a second comes back as another track. A second belongs to the clip's seconds
    that played during it, in shares; what was played twice is averaged.

    Args:
        samples: of the stream, one per face and second.
        marks: of the player, in order of time.
        duration_s: of the clip.
    """
    count = max(1, int(np.ceil(duration_s)))
    sums, valid, played = np.zeros((count, NUM_EMOTIONS)), np.zeros(count), np.zeros(count)
    viewer = _viewer(samples)
    for begin_s, end_s, clip_s in _stretches(marks):
        for second, share in _shares(clip_s, clip_s + end_s - begin_s, count):
            played[second] += share
        for sample in samples:
            if sample.track_id not in viewer or sample.duration_s <= 0:
                continue
            first = max(begin_s, sample.time_s)
            last = min(end_s, sample.time_s + sample.duration_s)
            if last <= first:
                continue
            at_s = clip_s + first - begin_s
            for second, share in _shares(at_s, at_s + last - first, count):
                weight = share * sample.coverage
                sums[second] += np.multiply(weight, sample.probs, dtype=np.float64)
                valid[second] += weight
    with np.errstate(invalid="ignore", divide="ignore"):
        probs = np.where(valid[:, None] > 0, sums / valid[:, None], np.nan)
    return ReactionCourse(probs, np.minimum(1.0, valid / np.maximum(played, 1.0)))


def _viewer(samples: Sequence[EmotionSample]) -> set[int]:
    """The tracks of the one viewer: longest first, each if it was beside none before it.

    In the second in which one track ends and the next begins, both have a part of its time; two
    faces that are there together have more than the whole.
    """
    valid_s: dict[int, dict[float, float]] = {}
    length_s: dict[float, float] = {}
    for sample in samples:
        valid_s.setdefault(sample.track_id, {})[sample.time_s] = sample.valid_s
        length_s[sample.time_s] = sample.duration_s
    taken: set[int] = set()
    filled: dict[float, float] = {}
    for track in sorted(valid_s, key=lambda key: (-sum(valid_s[key].values()), key)):
        own = valid_s[track]
        if all(filled.get(t, 0.0) + s <= length_s[t] + 1e-6 for t, s in own.items()):
            taken.add(track)
            for t, s in own.items():
                filled[t] = filled.get(t, 0.0) + s
    return taken


def _stretches(marks: Sequence[Mark]) -> list[tuple[float, float, float]]:
    """(from, to, clip time at from), in the stream's seconds, in which the clip played."""
    found = []
    for index, mark in enumerate(marks):
        end_s = marks[index + 1].stream_s if index + 1 < len(marks) else mark.stream_s + SILENCE_S
        end_s = min(end_s, mark.stream_s + SILENCE_S)
        if mark.plays and end_s > mark.stream_s:
            found.append((mark.stream_s, end_s, mark.clip_s))
    return found


def _shares(first_s: float, last_s: float, count: int) -> list[tuple[int, float]]:
    """The whole seconds that a stretch touches, and how much of each."""
    found = []
    for second in range(max(0, int(first_s)), min(count, int(np.ceil(last_s)))):
        share = min(last_s, second + 1.0) - max(first_s, float(second))
        if share > 0:
            found.append((second, share))
    return found


@dataclass(frozen=True, slots=True, eq=False)
class Overlay:
    """Many viewers together, by the clip's second.

    Attributes:
        viewers: how many.
        seen: (S,) int64, how many are in each second: whole groups.
        mean, low, high: (S, 7) float64 in hundredths: mean, and one standard deviation less and
            more, within 0..1; NaN in seconds without a group.
    """

    viewers: int
    seen: NDArray[np.int64]
    mean: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]


def overlay(courses: Sequence[ReactionCourse | None], k: int) -> Overlay | None:
    """Lay viewers over each other; None for fewer than ``k``.

    Viewers count in full groups of ``k``, in the order given: with each single one more, the
    difference between two looks would be that person. For the same reason a group of which one
    is gone (None) is withheld, and a second counts a group whole, or, where one of it looked away,
    not at all. Mean and deviation are made of sums over such groups.
    """
    groups = [courses[start : start + k] for start in range(0, len(courses) - k + 1, k)]
    whole = [
        np.stack([course.probs for course in group if course is not None])
        for group in groups
        if None not in group
    ]
    if not whole:
        return None
    probs = np.stack(whole)  # (groups, k, S, 7)
    is_seen = np.asarray(np.isfinite(probs).all(axis=(1, 3)))
    seen = k * is_seen.sum(axis=0)
    known = np.where(is_seen[:, None, :, None], probs, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = known.sum(axis=(0, 1)) / seen[:, None]
        squares = (known**2).sum(axis=(0, 1)) / seen[:, None]
    spread = np.sqrt(np.maximum(0.0, squares - mean**2))
    low, high = np.maximum(0.0, mean - spread), np.minimum(1.0, mean + spread)
    return Overlay(
        k * len(whole), seen.astype(np.int64), *(np.round(one, 2) for one in (mean, low, high))
    )
