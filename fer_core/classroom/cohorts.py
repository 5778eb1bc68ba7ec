"""Whose numbers go into a room's figures, so that all views together tell about k people or nobody.

Two views over groups that differ by one person would tell about that person, by subtraction; three
may, where no two do. So no combination of the groups that were ever shown of a room, however they
are added and subtracted, is about fewer than k people. Who joins waits until k can be taken in
together. Where somebody leaves, others, drawn at random, rest with them; where too few are left for
that, nothing is shown until the group can change again.
"""

import itertools
import random
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import numpy as np

#: Draws of who rests, for each number of resting people.
_DRAWS: Final = 24
#: Groups looked at closely in one search, and sets of people in each: what costs more is not shown.
_CLOSE_LOOKS: Final = 12
_MOST_SETS: Final = 20_000


class CohortKeeper:
    """Chooses the group whose figures are shown, from who is present.

    Args:
        k: smallest group that is shown, and fewest people that any combination of groups is about;
            at least 1.
        shown: groups that were shown before, such as before a restart.
        broken: those of them of which somebody is not known any more, being erased. They are not
            shown again: what is left of one would tell about who is gone.
        rng: draws who rests.

    Raises:
        ValueError: k is below 1.
    """

    def __init__(
        self,
        k: int,
        *,
        shown: Iterable[frozenset[int]] = (),
        broken: Iterable[frozenset[int]] = (),
        rng: random.Random | None = None,
    ) -> None:
        if k < 1:
            raise ValueError(f"k must be at least 1. Received: {k}.")
        self._k = k
        self._rng = rng or random.SystemRandom()
        self._shown = [frozenset(group) for group in shown if group]
        self._broken = frozenset(broken)
        self._current: frozenset[int] = frozenset()
        self._searched: frozenset[int] | None = None

    @property
    def shown(self) -> tuple[frozenset[int], ...]:
        """Every group that was shown, the oldest first."""
        return tuple(self._shown)

    def choose(self, present: Iterable[int]) -> frozenset[int]:
        """The group to show now: part of who is present; empty where none may be shown.

        A group that was shown before where all of it is here, the largest; a new one where that
        takes in at least k people more.
        """
        here = frozenset(present)
        whole = [group for group in self._shown if group <= here and group not in self._broken]
        best = max(whole, key=lambda g: (len(g), g == self._current), default=frozenset())
        # A search that found nothing finds nothing among the same people.
        fewest = len(best) + self._k
        if len(here) >= fewest and here != self._searched:
            self._searched = here
            new = self._search(here, fewest)
            if new:
                self._shown.append(new)
                best = new
        self._current = best
        return best

    def _search(self, here: frozenset[int], fewest: int) -> frozenset[int]:
        """A group of so many that may be shown beside all earlier ones; empty if none is found."""
        people = sorted(here)
        bits = {person: 1 << place for place, person in enumerate(people)}
        # Who is not here differs from every group of those who are.
        earlier = [
            (sum(bits.get(one, 0) for one in group), len(group - here)) for group in self._shown
        ]
        everybody = (1 << len(people)) - 1
        looks = 0
        for resting in range(len(people) - fewest + 1):
            for _ in range(_DRAWS if resting else 1):
                out = sum(bits[one] for one in self._rng.sample(people, resting))
                group = everybody & ~out
                # Cheap, and most fail it: each two groups. Then all of them together.
                if all((group ^ old).bit_count() + away >= self._k for old, away in earlier):
                    found = frozenset(one for one in people if group & bits[one])
                    is_told = bool(self._broken) and is_sum_of(found, self._shown)
                    if not is_told and not tells_of_few([*self._shown, found], self._k):
                        return found
                    looks += 1
                    if looks >= _CLOSE_LOOKS:
                        return frozenset()
        return frozenset()


def is_sum_of(group: frozenset[int], groups: Sequence[frozenset[int]]) -> bool:
    """Whether the group is a combination of others: of groups of which somebody is not known any
    more, it would then tell about them alone."""
    people = sorted(frozenset(group).union(*groups))
    table = np.array([[one in some for one in people] for some in (*groups, group)], np.float64)
    return bool(np.linalg.matrix_rank(table) == np.linalg.matrix_rank(table[:-1]))


def tells_of_few(groups: Sequence[frozenset[int]], k: int) -> bool:
    """Whether a combination of the groups' sums is about fewer than k people; also where that
    takes too long to find out.

    People who were in the same groups cannot be told apart, and count as one with a size. With P
    the projection onto the span of the groups, there is a combination of a set of them alone
    exactly where the part of P that belongs to the set has the eigenvalue 1.
    """
    people = sorted(frozenset().union(*groups))
    table = np.array([[one in group for one in people] for group in groups], np.float64)
    alike, sizes = np.unique(table, axis=1, return_counts=True)
    small = [int(place) for place in np.flatnonzero(sizes < k)]
    if not small:
        return False
    projection = np.linalg.pinv(alike) @ alike
    looked = 0
    for _, sets in itertools.groupby(_sets_below(small, sizes.tolist(), k), key=len):
        chosen = np.array(list(itertools.islice(sets, _MOST_SETS)))
        looked += len(chosen)
        if looked >= _MOST_SETS:
            return True
        parts = projection[chosen[:, :, None], chosen[:, None, :]]
        if float(np.linalg.eigvalsh(parts).max()) > 1 - 1e-6:
            return True
    return False


def _sets_below(small: Sequence[int], sizes: Sequence[int], k: int) -> Iterator[tuple[int, ...]]:
    """Sets of these that are fewer than k people, the smallest sets first."""
    for count in range(1, k):
        for chosen in itertools.combinations(small, count):
            if sum(sizes[place] for place in chosen) < k:
                yield chosen
