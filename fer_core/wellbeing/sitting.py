"""A check-in second by second: which seconds count, and what they show. Pure.

Only the face in focus counts. A second in which another face was in view is a pause: nothing of it
is kept, and the check-in lasts as much longer. Beside that it follows whether the face moves like a
person's: a check-in with a still picture is its person's own and counts in no team.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fer_core.labels import NUM_EMOTIONS
from fer_core.temporal import MAX_GAP_S
from fer_core.temporal.liveness import FaceMotion
from fer_core.types import EmotionSample, FrameResult
from fer_core.wellbeing.ratios import (
    HAPPINESS,
    MIN_COVERAGE,
    STRESS,
    THRESHOLD,
    WINDOW_S,
    RatioEstimate,
    Verdict,
    estimate_ratio,
    judge_stress,
)

#: A face counts as in view for a second from so much valid time on; less is a stray detection.
IN_VIEW_S: Final = 0.2
#: No check-in is longer, pauses included: who forgets it is not recorded all day.
LONGEST_S: Final = 3600
#: A second's sample is given out once a frame so long after its end was analysed.
LATENESS_S: Final = MAX_GAP_S


class SecondKind(StrEnum):
    """What one second of the stream was."""

    KEPT = "kept"
    AWAY = "away"  # no face
    PAUSED = "paused"  # more than one


@dataclass(frozen=True, slots=True)
class Rule:
    """What the person chose to be told by.

    Attributes:
        window_s: length of the window.
        threshold: of the stress ratio, 0..1.
        emotions: whose probabilities make up the stress ratio.
        min_coverage: share of the window with a face below which nothing is said.
    """

    window_s: float = WINDOW_S
    threshold: float = THRESHOLD
    emotions: tuple[str, ...] = STRESS
    min_coverage: float = MIN_COVERAGE


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """What a window says.

    Attributes:
        stress, happiness: the ratios.
        verdict: by the rule.
        mix: (7,) float64 mean probabilities; NaN without a face.
        window_s: length of the window that was looked at, pauses left out.
    """

    stress: RatioEstimate
    happiness: RatioEstimate
    verdict: Verdict
    mix: NDArray[np.float64]
    window_s: float


@dataclass(slots=True)
class Sitting:
    """Sorts the seconds of one stream; each is looked at once, in order.

    Attributes:
        limit_s: nothing is taken once so many seconds went by, pauses left out; None: until
            ``LONGEST_S``.
        samples: of the kept seconds, in order.
        seconds: what each whole second was, by its number in the stream.
        motion: of the face, while it is alone in view.
    """

    limit_s: int | None = None
    samples: list[EmotionSample] = field(default_factory=list)
    seconds: list[SecondKind] = field(default_factory=list)
    motion: FaceMotion = field(default_factory=FaceMotion)

    def watch(self, result: FrameResult) -> None:
        """Look at where the face of a frame is, on the thread that analyses; one of several faces
        may be anybody's and is passed over."""
        if len(result.faces) == 1:
            self.motion.add(result.time_s, result.faces.boxes[0], result.faces.poses[0])

    @property
    def is_person(self) -> bool:
        """Whether the face moved like a person's so far; a still picture never does."""
        return self.motion.was_person

    def take(self, samples: Sequence[EmotionSample], time_s: float) -> list[EmotionSample]:
        """Look at the seconds that are over by now.

        Args:
            samples: all of the stream so far, one per track and second, or its latest part.
            time_s: of the stream, up to which it is analysed; not of the newest frame, since a
                busy server is some way behind.

        Returns:
            The samples that count and were not given before.
        """
        done = max(len(self.seconds), int(time_s - LATENESS_S))
        by_second: dict[int, list[EmotionSample]] = {}
        for sample in reversed(samples):
            number = int(sample.time_s)
            if number < len(self.seconds):
                break
            if number < done and sample.valid_s >= IN_VIEW_S:
                by_second.setdefault(number, []).append(sample)
        fresh = []
        for number in range(len(self.seconds), done):
            if self.is_full:
                break
            found = by_second.get(number, [])
            if len(found) == 1:
                fresh.append(found[0])
                self.seconds.append(SecondKind.KEPT)
            else:
                self.seconds.append(SecondKind.PAUSED if found else SecondKind.AWAY)
        self.samples += fresh
        return fresh

    @property
    def elapsed_s(self) -> int:
        """Seconds of the check-in so far, pauses left out."""
        return sum(second is not SecondKind.PAUSED for second in self.seconds)

    @property
    def is_full(self) -> bool:
        """Whether the limit is reached, or an hour is over."""
        if len(self.seconds) >= LONGEST_S:
            return True
        return self.limit_s is not None and self.elapsed_s >= self.limit_s

    @property
    def is_paused(self) -> bool:
        """Whether the last second had another face in it."""
        return bool(self.seconds) and self.seconds[-1] is SecondKind.PAUSED

    def result(self, rule: Rule) -> Result:
        """What the last window says; at most as long as the rule's, at first shorter."""
        counted = [n for n, second in enumerate(self.seconds) if second is not SecondKind.PAUSED]
        inside = counted[-max(1, round(rule.window_s)) :]
        first = inside[0] if inside else 0
        chosen = [sample for sample in self.samples if sample.time_s >= first]
        return judge(
            [s.time_s for s in chosen],
            [s.probs for s in chosen],
            [s.valid_s for s in chosen],
            rule,
            window_s=float(max(1, len(inside))),
        )


def judge(
    times_s: Sequence[float] | NDArray[np.float64],
    probs: Sequence[NDArray[np.float32]] | NDArray[np.float64],
    valid_s: Sequence[float] | NDArray[np.float64],
    rule: Rule,
    *,
    window_s: float,
) -> Result:
    """Ratios, mix and verdict of samples.

    Args:
        times_s: (T,) starts, in seconds.
        probs: (T, 7).
        valid_s: (T,) seconds with a face in each.
        rule: what is asked.
        window_s: length of the window that the samples stem from.
    """
    rows = np.asarray(probs, np.float64).reshape(-1, NUM_EMOTIONS)
    weights = np.asarray(valid_s, np.float64)
    stress, happiness = (
        estimate_ratio(times_s, rows, weights, emotions, window_s=window_s)
        for emotions in (rule.emotions, HAPPINESS)
    )
    seen = weights.sum()
    mix = weights @ rows / seen if seen > 0 else np.full(NUM_EMOTIONS, np.nan)
    verdict = judge_stress(stress, threshold=rule.threshold, min_coverage=rule.min_coverage)
    return Result(stress, happiness, verdict, mix, window_s)


@dataclass(slots=True)
class Alert:
    """Tells the person, and nobody else, that the ratio has stayed above the threshold.

    Attributes:
        hold_s: seconds for which the verdict must have been 'stressed' without a break.
    """

    hold_s: float = 30.0
    _since_s: float | None = None

    def update(self, verdict: Verdict, time_s: float) -> bool:
        """Whether to tell, after the verdict at this time (seconds)."""
        if verdict is not Verdict.STRESSED:
            self._since_s = None
            return False
        if self._since_s is None:
            self._since_s = time_s
        return time_s - self._since_s >= self.hold_s
