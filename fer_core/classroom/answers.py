"""What students say of themselves, beside what their cameras measure. Pure.

'I am following' and 'I am lost' are counted over the group whose measures are shown, of which no
combination is about few (``cohorts``). Each answer is in one count only.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from fer_core.classroom.measures import EYES_OPEN, FACING, Matrix, round_tenths

#: The camera's word on somebody: whether they faced the screen with open eyes for most of so many
#: seconds before they spoke. Who presses a button looks at it, so one moment would always agree.
LOOK_BACK_S: Final = 30
#: Fewer measured seconds are no word.
FEWEST_S: Final = 5
#: Others may join so long after the first answer, before they are counted together.
GATHER_S: Final = 20


@dataclass(frozen=True, slots=True)
class AnswerCount:
    """Answers of one moment.

    Attributes:
        at_s: UTC second at which they were counted.
        people: who spoke.
        follows: share of them who said that they follow, in tenths; the others said they are lost.
        measured: those of them of whom the camera could tell; 0 where they are fewer than k.
        agrees: share of those whose camera would have said the same, in tenths; None without.
    """

    at_s: int
    people: int
    follows: float
    measured: int
    agrees: float | None


def attends(seconds: Matrix) -> bool | None:
    """Whether somebody faced the screen with open eyes for most of these seconds.

    Args:
        seconds: (S, 10), a row for each second, columns ``measures.MEASURES``.

    Returns:
        None for fewer than ``FEWEST_S`` in which both were measured.
    """
    both = seconds[:, [FACING, EYES_OPEN]]
    known = both[np.isfinite(both).all(axis=1)]
    if len(known) < FEWEST_S:
        return None
    return bool((known >= 0.5).all(axis=1).mean() >= 0.5)


def count_answers(
    answers: Mapping[int, tuple[int, bool, bool | None]],
    group: Collection[int],
    k: int,
    now_s: int,
) -> tuple[AnswerCount, frozenset[int]] | None:
    """Count what waits, if it may be.

    Args:
        answers: id of a person -> UTC second, whether they follow, what the camera would have said.
        group: whose measures are shown now.
        k: fewest people that are counted together.
        now_s: UTC second.

    Returns:
        The count and whose answers are in it; None where fewer than k of the group spoke, or
        others may still join them.
    """
    spoke = {person: answers[person] for person in group if person in answers}
    if len(spoke) < max(k, 1):
        return None
    is_all = len(spoke) == len(group)
    if not is_all and now_s - min(at_s for at_s, *_ in spoke.values()) < GATHER_S:
        return None
    same = [follows == seen for _, follows, seen in spoke.values() if seen is not None]
    if len(same) < k:
        same = []
    count = AnswerCount(
        now_s,
        len(spoke),
        _share(follows for _, follows, _ in spoke.values()),
        len(same),
        _share(same) if same else None,
    )
    return count, frozenset(spoke)


def add_up(counts: Collection[AnswerCount]) -> AnswerCount | None:
    """All of them as one: shares over all answers, in tenths, at the last one's second."""
    if not counts:
        return None
    people, measured = sum(c.people for c in counts), sum(c.measured for c in counts)
    follows = sum(c.follows * c.people for c in counts) / people
    agrees = sum((c.agrees or 0.0) * c.measured for c in counts)
    return AnswerCount(
        max(c.at_s for c in counts),
        people,
        _tenths(follows),
        measured,
        _tenths(agrees / measured) if measured else None,
    )


def _share(said: Iterable[bool]) -> float:
    return _tenths(float(np.mean(list(said))))


def _tenths(value: float) -> float:
    return float(round_tenths(np.array([round(value, 9)]))[0])
