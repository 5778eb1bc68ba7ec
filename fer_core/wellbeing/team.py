"""What a manager sees of people who may be shown together: sums and ranges, nobody. Pure.

The input is whole blocks (``suppression``). Everybody counts the same, however long their camera
was on. Ratios are given in whole percent and shares as ranges, so that a figure over few people
says little about each.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fer_core.labels import NUM_EMOTIONS
from fer_core.wellbeing.ratios import HAPPINESS, STRESS, THRESHOLD, ratio_values

#: Bands of the distribution, upper ends of the stress ratio.
BANDS = ("0 to 20 %", "20 to 40 %", "40 to 60 %", "60 to 80 %", "80 to 100 %")
#: Ranges for a share of people; none says that it was nobody, or everybody.
RANGES = (
    *("under 20 %", "20 to 40 %", "40 to 60 %", "60 to 80 %"),
    "over 80 %",
)
_DRAWS = 1000


@dataclass(frozen=True, slots=True, eq=False)
class Day:
    """One person's day, without the person.

    Attributes:
        person: any number that is the same for the same person within the input.
        probs: (7,) mean probabilities.
        valid_s, seconds: with a face, of recorded.
    """

    person: int
    probs: NDArray[np.float64]
    valid_s: float
    seconds: float


@dataclass(frozen=True, slots=True, eq=False)
class TeamFigures:
    """An aggregate.

    Attributes:
        people: how many.
        stress, happiness: means over the people of their ratios, 0..1 in hundredths.
        low, high: of ``stress``, 95 % bootstrap over people, in hundredths.
        above: range of the share of people whose mean lies above the threshold.
        bands: (5,) shares of the persons' days by ``BANDS``, in tenths.
        coverage: share of the recorded time with a face, in hundredths.
        mix: (7,) mean probabilities, in hundredths.
    """

    people: int
    stress: float
    happiness: float
    low: float
    high: float
    above: str
    bands: NDArray[np.float64]
    coverage: float
    mix: NDArray[np.float64]


def summarise(days: Sequence[Day], *, threshold: float = THRESHOLD) -> TeamFigures | None:
    """The aggregate of people's days; None of nothing.

    Args:
        days: of whole blocks; invariant to their order.
        threshold: of the stress ratio.
    """
    if not days:
        return None
    probs = np.stack([day.probs for day in days])
    _, who = np.unique([day.person for day in days], return_inverse=True)
    count = np.bincount(who)
    by_person = np.zeros((len(count), NUM_EMOTIONS))
    np.add.at(by_person, who, probs)
    by_person /= count[:, None]
    stress = np.sort(ratio_values(by_person, STRESS))
    drawn = np.random.default_rng(0).integers(0, len(stress), (_DRAWS, len(stress)))
    low, high = np.quantile(stress[drawn].mean(axis=1), [0.025, 0.975])
    return TeamFigures(
        people=len(count),
        stress=round(float(stress.mean()), 2),
        happiness=round(float(ratio_values(by_person, HAPPINESS).mean()), 2),
        low=round(float(low), 2),
        high=round(float(high), 2),
        above=range_of(float((stress > threshold).mean())),
        bands=_bands(ratio_values(probs, STRESS)),
        coverage=round(min(1.0, sum(d.valid_s for d in days) / sum(d.seconds for d in days)), 2),
        mix=np.round(by_person.mean(axis=0), 2),
    )


def range_of(share: float) -> str:
    """The range of ``RANGES`` in which a share of people lies."""
    return RANGES[min(len(RANGES) - 1, int(share * len(RANGES) + 1e-9))]


def _bands(values: NDArray[np.float64]) -> NDArray[np.float64]:
    place = np.minimum((values * len(BANDS)).astype(int), len(BANDS) - 1)
    shares = np.bincount(place, minlength=len(BANDS)) / len(values)
    return np.asarray(np.round(shares, 1), np.float64)
