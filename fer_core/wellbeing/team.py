"""What a manager sees of people who may be shown together: sums and ranges, nobody. Pure.

The input is whole blocks (``fer_core.storage.suppression``). One person on one day counts once,
however long their camera was on, and every figure is made of sums over such days: those of a
month are the sum of those of its days. A mean over persons would not be, and the two together
could be solved for one person. Ratios are given in whole percent and shares as ranges, so that a
figure over few people says little about each.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fer_core.labels import NUM_EMOTIONS
from fer_core.text import mark
from fer_core.wellbeing.ratios import HAPPINESS, STRESS, THRESHOLD, ratio_values

#: Bands of the distribution, upper ends of the stress ratio.
BANDS = (
    *(mark("0 to 20 %"), mark("20 to 40 %"), mark("40 to 60 %"), mark("60 to 80 %")),
    mark("80 to 100 %"),
)
#: Ranges for a share of people; none says that it was nobody, or everybody.
RANGES = (
    *(mark("under 20 %"), *BANDS[1:4]),
    mark("over 80 %"),
)
#: Of a mean's normal distribution, for 95 %.
_QUANTILE = 1.96


@dataclass(frozen=True, slots=True, eq=False)
class Day:
    """One person's day, without the person.

    Attributes:
        probs: (7,) mean probabilities.
        valid_s, seconds: with a face, of recorded.
    """

    probs: NDArray[np.float64]
    valid_s: float
    seconds: float


@dataclass(frozen=True, slots=True, eq=False)
class TeamSums:
    """All that figures are made of. Those of two sets of days add up to those of both.

    Attributes:
        days: how many days of a person.
        probs: (7,) sum of their mean probabilities.
        squares: sum of their squared stress ratios.
        above: how many lie above the threshold.
        bands: (5,) how many lie in each of ``BANDS``.
        valid_s, seconds: sums.
    """

    days: int
    probs: NDArray[np.float64]
    squares: float
    above: int
    bands: NDArray[np.int64]
    valid_s: float
    seconds: float

    def __add__(self, other: "TeamSums") -> "TeamSums":
        """The sums of both together."""
        return TeamSums(
            self.days + other.days,
            self.probs + other.probs,
            self.squares + other.squares,
            self.above + other.above,
            self.bands + other.bands,
            self.valid_s + other.valid_s,
            self.seconds + other.seconds,
        )


@dataclass(frozen=True, slots=True, eq=False)
class TeamFigures:
    """An aggregate.

    Attributes:
        days: how many days of a person it is of; on one day that is how many people.
        stress, happiness: means of their ratios, 0..1 in hundredths.
        low, high: of ``stress``, 95 %, in hundredths.
        above: range of the share of them that lies above the threshold.
        bands: (5,) shares of them by ``BANDS``, in tenths.
        coverage: share of the recorded time with a face, in hundredths.
        mix: (7,) mean probabilities, in hundredths.
    """

    days: int
    stress: float
    happiness: float
    low: float
    high: float
    above: str
    bands: NDArray[np.float64]
    coverage: float
    mix: NDArray[np.float64]


def add_up(days: Sequence[Day], *, threshold: float = THRESHOLD) -> TeamSums:
    """The sums of people's days, of one date or of several; invariant to their order.

    Args:
        days: of whole blocks.
        threshold: of the stress ratio.
    """
    probs = np.array([day.probs for day in days], np.float64).reshape(-1, NUM_EMOTIONS)
    stress = ratio_values(probs, STRESS)
    place = np.clip((stress * len(BANDS)).astype(int), 0, len(BANDS) - 1)
    return TeamSums(
        len(days),
        probs.sum(axis=0),
        float((stress**2).sum()),
        int((stress > threshold).sum()),
        np.bincount(place, minlength=len(BANDS)),
        sum(day.valid_s for day in days),
        sum(day.seconds for day in days),
    )


def summarise(dates: Iterable[TeamSums]) -> TeamFigures | None:
    """The aggregate of the sums of one date or of several; None of nothing.

    One person's days resemble each other. The interval therefore takes as many of them to be
    independent as the date with the most people has.
    """
    found = [sums for sums in dates if sums.days]
    if not found:
        return None
    total = found[0]
    for more in found[1:]:
        total = total + more
    mix = total.probs / total.days
    stress = float(ratio_values(mix, STRESS)[0])
    variance = max(0.0, total.squares / total.days - stress**2)
    independent = max(sums.days for sums in found)
    reach = _QUANTILE * float(np.sqrt(variance / max(1, independent - 1)))
    return TeamFigures(
        days=total.days,
        stress=round(stress, 2),
        happiness=round(float(ratio_values(mix, HAPPINESS)[0]), 2),
        low=round(max(0.0, stress - reach), 2),
        high=round(min(1.0, stress + reach), 2),
        above=range_of(total.above / total.days),
        bands=np.asarray(np.round(total.bands / total.days, 1), np.float64),
        coverage=round(min(1.0, total.valid_s / total.seconds), 2),
        mix=np.round(mix, 2),
    )


def range_of(share: float) -> str:
    """The range of ``RANGES`` in which a share of people lies."""
    return RANGES[min(len(RANGES) - 1, int(share * len(RANGES) + 1e-9))]
