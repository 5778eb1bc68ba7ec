"""Conditions of a study against each other, over full groups of viewers. Pure.

Each viewer saw every condition, so conditions are compared within viewers: the mean of the
differences with its 95 % interval by Student's t, and as effect size the mean difference in units
of the differences' standard deviation, d_z (Lakens 2013, https://doi.org/10.3389/fpsyg.2013.00863,
equation 6), times Hedges' correction for small samples, 1 - 3 / (4 (n - 1) - 1). All are made of
sums over full groups of k viewers and rounded, as in ``course.overlay``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from fer_core.labels import EMOTIONS, NUM_EMOTIONS
from fer_core.reactions.course import ReactionCourse
from fer_core.reactions.study import Study, Take

ANSWER: Final = "answer"
#: What is compared: the mean probability of each expression, and the answers to the question.
COMPARED: Final = (*EMOTIONS, ANSWER)
_LEVEL: Final = 0.95


@dataclass(frozen=True, slots=True)
class ConditionMean:
    """One measure under one condition: mean over viewers with its 95 % interval."""

    condition: str
    measure: str
    viewers: int
    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class ConditionContrast:
    """One measure, the first condition less the second.

    Attributes:
        first, second: conditions.
        measure: one of ``COMPARED``.
        viewers: in whole groups of k.
        difference, low, high: mean of the viewers' differences, and its 95 % interval.
        effect: Hedges' g of the differences (d_z); None where they are all equal.
    """

    first: str
    second: str
    measure: str
    viewers: int
    difference: float
    low: float
    high: float
    effect: float | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """All conditions of a study.

    Attributes:
        viewers: in whole groups of k.
        means: a row for each condition and measure.
        contrasts: a row for each pair of conditions and measure.
    """

    viewers: int
    means: tuple[ConditionMean, ...]
    contrasts: tuple[ConditionContrast, ...]


def mean_of(course: ReactionCourse) -> NDArray[np.float64]:
    """(7,) mean over the seen time of a clip; NaN where no face was seen."""
    known = np.isfinite(course.probs).all(axis=1) & (course.valid_s > 0)
    if not known.any():
        return np.full(NUM_EMOTIONS, np.nan)
    return np.asarray(np.average(course.probs[known], axis=0, weights=course.valid_s[known]))


def table_rows(takes: Sequence[Take], names: dict[str, str]) -> list[dict[str, Any]]:
    """One viewer's table: a row for each clip.

    Columns: ``position``, ``clip``, ``condition``, ``answer``, ``coverage`` (share of the clip with
    a face), and the mean of each expression over the seen time.

    Args:
        takes: in any order.
        names: of the clips, by their keys.
    """
    rows = []
    for take in sorted(takes, key=lambda one: one.position):
        means = mean_of(take.course)
        rows.append(
            {
                "position": take.position,
                "clip": names.get(take.clip, take.clip),
                "condition": take.condition,
                "answer": take.answer,
                "coverage": round(take.course.coverage, 4),
            }
            | {
                name: round(float(value), 4) if np.isfinite(value) else None
                for name, value in zip(EMOTIONS, means, strict=True)
            }
        )
    return rows


def compare(study: Study, viewings: Sequence[Sequence[Take] | None], k: int) -> Comparison | None:
    """Compare the conditions; None for fewer than ``k`` viewers.

    Args:
        study: whose conditions.
        viewings: the takes of each viewer in the order given; None for who is gone, whose whole
            group is withheld, since the rest of it would tell what they showed.
        k: size of a group.
    """
    groups = [viewings[start : start + k] for start in range(0, len(viewings) - k + 1, k)]
    whole = [one for group in groups if None not in group for one in group if one is not None]
    if not whole:
        return None
    table = np.stack([_of_viewer(study, takes) for takes in whole])  # (viewers, conditions, 8)
    names = study.conditions
    means, contrasts = [], []
    for column, measure in enumerate(COMPARED):
        values = table[:, :, column]
        if not np.isfinite(values).all():  # no question was asked
            continue
        for index, name in enumerate(names):
            mean, low, high, _ = _interval(values[:, index])
            means.append(ConditionMean(name, measure, len(whole), mean, low, high))
        for first, second in combinations(range(len(names)), 2):
            mean, low, high, effect = _interval(values[:, first] - values[:, second])
            contrasts.append(
                ConditionContrast(
                    names[first], names[second], measure, len(whole), mean, low, high, effect
                )
            )
    return Comparison(len(whole), tuple(means), tuple(contrasts))


def comparison_rows(found: Comparison) -> list[dict[str, Any]]:
    """Both tables as one: a mean has no ``second`` condition, and no effect size."""
    means: list[dict[str, Any]] = [
        {"first": one.condition, "second": None, "measure": one.measure, "viewers": one.viewers}
        | {"value": one.mean, "low": one.low, "high": one.high, "effect_size": None}
        for one in found.means
    ]
    contrasts: list[dict[str, Any]] = [
        {"first": one.first, "second": one.second, "measure": one.measure, "viewers": one.viewers}
        | {"value": one.difference, "low": one.low, "high": one.high, "effect_size": one.effect}
        for one in found.contrasts
    ]
    return means + contrasts


def _of_viewer(study: Study, takes: Sequence[Take]) -> NDArray[np.float64]:
    """(conditions, 8): means over the clips of each condition, columns ``COMPARED``."""
    rows = []
    for name in study.conditions:
        mine = [take for take in takes if take.condition == name]
        answers = [np.nan if take.answer is None else float(take.answer) for take in mine]
        clips = [[*mean_of(take.course), said] for take, said in zip(mine, answers, strict=True)]
        rows.append(np.mean(clips, axis=0) if clips else np.full(len(COMPARED), np.nan))
    return np.stack(rows)


def _interval(values: NDArray[np.float64]) -> tuple[float, float, float, float | None]:
    """Mean, its interval, and Hedges' g against 0; hundredths."""
    count, mean = len(values), float(values.mean())
    if count < 2:
        return round(mean, 2), float("-inf"), float("inf"), None
    spread = float(values.std(ddof=1))
    half = float(student.ppf((1 + _LEVEL) / 2, count - 1)) * spread / np.sqrt(count)
    correction = 1 - 3 / (4 * (count - 1) - 1)
    effect = None if spread < 1e-9 else round(correction * mean / spread, 2)
    return round(mean, 2), round(mean - half, 2), round(mean + half, 2), effect
