"""Stress and happiness ratio of one person: how much of the seen time showed which expressions.

The ratio over some emotions is the mean, over the time in which the face was seen, of the sum of
their probabilities. Its interval is a percentile block bootstrap (Künsch 1989, "The Jackknife and
the Bootstrap for General Stationary Observations", Annals of Statistics 17(3)): neighbouring
seconds resemble each other, so whole blocks of ten seconds are drawn.

The names, the threshold and the rule of ``judge_stress`` are a choice of this project, not a
medical finding: they describe displayed expressions.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fer_core.labels import EMOTIONS, NUM_EMOTIONS
from fer_core.text import mark

#: Emotions whose probabilities make up each ratio.
STRESS: Final = ("angry", "disgust", "fear", "sad")
#: The same where only ``labels.FIVE_EMOTIONS`` are known.
STRESS_FIVE: Final = ("angry", "sad")
HAPPINESS: Final = ("happy",)

WINDOW_S: Final = 60.0
BLOCK_S: Final = 10.0
#: Resampling fewer blocks gives ends that say more of the blocks than of the person.
MIN_BLOCKS: Final = 6
MIN_COVERAGE: Final = 0.5
THRESHOLD: Final = 0.5
_DRAWS: Final = 1000


class Verdict(StrEnum):
    """What a window says of stress."""

    STRESSED = mark("stressed")
    NOT_STRESSED = mark("not stressed")
    CANNOT_TELL = mark("can't tell")


@dataclass(frozen=True, slots=True)
class RatioEstimate:
    """A ratio with what it rests on.

    Attributes:
        value: 0..1; NaN without any valid time.
        low, high: ends of the 95 % interval; NaN with fewer than ``MIN_BLOCKS`` blocks.
        coverage: share of the window with a valid face, 0..1.
        valid_s: seconds with a valid face.
    """

    value: float
    low: float
    high: float
    coverage: float
    valid_s: float


def ratio_values(probs: ArrayLike, emotions: tuple[str, ...]) -> NDArray[np.float64]:
    """(T,) sums over the named columns of probabilities (T, 7)."""
    rows = np.asarray(probs, np.float64).reshape(-1, NUM_EMOTIONS)
    return np.asarray(rows[:, [EMOTIONS.index(name) for name in emotions]].sum(axis=1), np.float64)


def estimate_ratio(
    times_s: ArrayLike,
    probs: ArrayLike,
    valid_s: ArrayLike,
    emotions: tuple[str, ...],
    *,
    window_s: float,
    block_s: float = BLOCK_S,
    seed: int = 0,
) -> RatioEstimate:
    """The ratio of one person over a window.

    Args:
        times_s: (T,) starts of the samples, in seconds.
        probs: (T, 7) mean probabilities of each sample.
        valid_s: (T,) seconds of each sample in which the face was seen.
        emotions: names whose probabilities are summed, such as ``STRESS``.
        window_s: length of the window that the samples stem from.
        block_s: length of the bootstrap's blocks.
        seed: of the bootstrap; the same seed gives the same interval.

    Raises:
        ValueError: lengths differ, or ``window_s`` or ``block_s`` is not positive.
    """
    times, weights = np.asarray(times_s, np.float64), np.asarray(valid_s, np.float64)
    values = ratio_values(probs, emotions)
    if not len(times) == len(values) == len(weights) or not window_s > 0 or not block_s > 0:
        raise ValueError(
            "estimate_ratio needs as many times as rows and weights, and positive lengths. "
            f"Received: {len(times)}, {len(values)}, {len(weights)}, {window_s} s, {block_s} s."
        )
    seen_s = float(weights.sum())
    coverage = min(1.0, seen_s / window_s)
    if not seen_s > 0:
        return RatioEstimate(float("nan"), float("nan"), float("nan"), coverage, 0.0)
    low, high = _interval(times, values, weights, block_s, seed)
    value = float((weights * values).sum() / seen_s)
    return RatioEstimate(value, low, high, coverage, seen_s)


def _interval(
    times: NDArray[np.float64],
    values: NDArray[np.float64],
    weights: NDArray[np.float64],
    block_s: float,
    seed: int,
) -> tuple[float, float]:
    keys = np.floor(times / block_s).astype(np.int64)
    _, block = np.unique(keys, return_inverse=True)
    sums = np.bincount(block, weights * values)
    seconds = np.bincount(block, weights)
    sums, seconds = sums[seconds > 0], seconds[seconds > 0]
    if len(sums) < MIN_BLOCKS:
        return float("nan"), float("nan")
    drawn = np.random.default_rng(seed).integers(0, len(sums), (_DRAWS, len(sums)))
    ratios = sums[drawn].sum(axis=1) / seconds[drawn].sum(axis=1)
    low, high = np.quantile(ratios, [0.025, 0.975])
    return float(low), float(high)


def judge_stress(
    estimate: RatioEstimate,
    *,
    threshold: float = THRESHOLD,
    min_coverage: float = MIN_COVERAGE,
) -> Verdict:
    """Stressed where the whole interval lies above the threshold, not stressed where below.

    Without an interval, or with the face seen for less than ``min_coverage`` of the window,
    nothing is said.
    """
    if not np.isfinite([estimate.low, estimate.high]).all() or estimate.coverage < min_coverage:
        return Verdict.CANNOT_TELL
    if estimate.low > threshold:
        return Verdict.STRESSED
    return Verdict.NOT_STRESSED if estimate.high < threshold else Verdict.CANNOT_TELL
