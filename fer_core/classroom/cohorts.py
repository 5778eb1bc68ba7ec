"""Whose numbers go into a room's figures, so that no two views tell about fewer than k people.

Two views over groups that differ by one person would tell about that person, by subtraction. So
every two groups that were ever shown of a room are the same, or differ by at least k people. Who
joins waits until k can be taken in together. Where somebody leaves, others, drawn at random, rest
with them; where too few are left for that, nothing is shown until the group can change again.
"""

import random
from collections.abc import Iterable
from typing import Final

#: Draws of who rests, for each number of resting people.
_DRAWS: Final = 24


class CohortKeeper:
    """Chooses the group whose figures are shown, from who is present.

    Args:
        k: smallest group that is shown, and smallest difference between groups; at least 1.
        shown: groups that were shown before, such as before a restart.
        rng: draws who rests.

    Raises:
        ValueError: k is below 1.
    """

    def __init__(
        self,
        k: int,
        *,
        shown: Iterable[frozenset[int]] = (),
        rng: random.Random | None = None,
    ) -> None:
        if k < 1:
            raise ValueError(f"k must be at least 1. Received: {k}.")
        self._k = k
        self._rng = rng or random.SystemRandom()
        self._shown = [frozenset(group) for group in shown if group]
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
        whole = [group for group in self._shown if group <= here]
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
        for resting in range(len(people) - fewest + 1):
            for _ in range(_DRAWS if resting else 1):
                out = sum(bits[one] for one in self._rng.sample(people, resting))
                group = everybody & ~out
                if all((group ^ old).bit_count() + away >= self._k for old, away in earlier):
                    return frozenset(one for one in people if group & bits[one])
        return frozenset()
