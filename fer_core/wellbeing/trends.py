"""One person's own course by day, weekday and hour, and what is usual for them. Pure."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

import numpy as np
from numpy.typing import NDArray

from fer_core.labels import NUM_EMOTIONS
from fer_core.text import mark
from fer_core.wellbeing.ratios import HAPPINESS, RatioEstimate, estimate_ratio
from fer_core.wellbeing.sitting import Rule

WEEKDAYS = (
    *(mark("Mon"), mark("Tue"), mark("Wed"), mark("Thu"), mark("Fri")),
    *(mark("Sat"), mark("Sun")),
)
#: Days from which on something can be called usual.
BASELINE_DAYS = 5


@dataclass(frozen=True, slots=True, eq=False)
class Stretch:
    """Sums over a minute or a check-in.

    Attributes:
        start_s: UTC seconds.
        seconds: recorded.
        valid_s: of these with a face.
        probs: (7,) sums over the valid time.
    """

    start_s: float
    seconds: float
    valid_s: float
    probs: NDArray[np.float64]

    @property
    def mean(self) -> NDArray[np.float64]:
        """(7,) mean probabilities; zeros without a face."""
        return self.probs / self.valid_s if self.valid_s > 0 else np.zeros(NUM_EMOTIONS)


@dataclass(frozen=True, slots=True, eq=False)
class Point:
    """One group of stretches: a day, a weekday or an hour.

    Attributes:
        key: date, weekday 0..6 or hour 0..23.
        stress, happiness: ratios with intervals over minutes, coverage of the recorded time.
        mix: (7,) mean probabilities.
    """

    key: date | int
    stress: RatioEstimate
    happiness: RatioEstimate
    mix: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Baseline:
    """What is usual: median over days of the stress ratio, and the middle half of the days."""

    median: float
    low: float
    high: float
    days: int


def by_day(stretches: Sequence[Stretch], rule: Rule, zone: tzinfo | None) -> list[Point]:
    """One point per day with a face, in order."""
    return _group(stretches, rule, lambda when: when.date(), zone)


def by_weekday(stretches: Sequence[Stretch], rule: Rule, zone: tzinfo | None) -> list[Point]:
    """One point per weekday with a face, Monday 0."""
    return _group(stretches, rule, lambda when: when.weekday(), zone)


def by_hour(stretches: Sequence[Stretch], rule: Rule, zone: tzinfo | None) -> list[Point]:
    """One point per hour of the day with a face."""
    return _group(stretches, rule, lambda when: when.hour, zone)


def find_baseline(days: Sequence[Point]) -> Baseline | None:
    """The trend over the points of days; None where there are too few."""
    values = [point.stress.value for point in days if np.isfinite(point.stress.value)]
    if len(values) < BASELINE_DAYS:
        return None
    low, median, high = np.quantile(values, [0.25, 0.5, 0.75])
    return Baseline(float(median), float(low), float(high), len(values))


def _group(
    stretches: Sequence[Stretch],
    rule: Rule,
    key_of: Callable[[datetime], Hashable],
    zone: tzinfo | None,
) -> list[Point]:
    groups: dict[date | int, list[Stretch]] = {}
    for stretch in stretches:
        if stretch.valid_s > 0:
            when = datetime.fromtimestamp(stretch.start_s).astimezone(zone)
            groups.setdefault(key_of(when), []).append(stretch)  # type: ignore[arg-type]
    return [_point(key, groups[key], rule) for key in sorted(groups)]


def _point(key: date | int, group: Sequence[Stretch], rule: Rule) -> Point:
    times = [stretch.start_s for stretch in group]
    means = np.stack([stretch.mean for stretch in group])
    valid = np.array([stretch.valid_s for stretch in group])
    window_s = max(1.0, sum(stretch.seconds for stretch in group))
    stress, happiness = (
        estimate_ratio(times, means, valid, emotions, window_s=window_s, block_s=60.0)
        for emotions in (rule.emotions, HAPPINESS)
    )
    return Point(key, stress, happiness, valid @ means / valid.sum())
