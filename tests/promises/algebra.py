"""What an attacker can solve: whether the span of all shown figures tells about few people.

A figure is a row of weights over records; a record is of a person. Whoever sees the figures knows
every linear combination of them. One that is about fewer than k people is a leak.
"""

import itertools
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: A figure: how much each record counts in it, as whole numbers.
Weights = Mapping[Any, int]
#: Rows are reduced modulo a prime: exact, and products of two fit into 64 bits.
_PRIME = 2**31 - 1


def reduced(table: NDArray[np.int64]) -> NDArray[np.int64]:
    """As many independent rows as the table (F, R) has, modulo the prime."""
    left = np.array(table, np.int64) % _PRIME
    found = 0
    for column in range(left.shape[1]):
        places = np.flatnonzero(left[found:, column])
        if not len(places):
            continue
        pivot = found + int(places[0])
        left[[found, pivot]] = left[[pivot, found]]
        left[found] = left[found] * pow(int(left[found, column]), -1, _PRIME) % _PRIME
        below = left[found + 1 :, column].copy()
        left[found + 1 :] = (left[found + 1 :] - below[:, None] * left[found]) % _PRIME
        found += 1
        if found == len(left):
            break
    return left[:found]


def few_told(figures: Iterable[Weights], people: Mapping[Any, int], k: int) -> set[int] | None:
    """Fewer than ``k`` people about whom some combination of the figures tells; None if none does.

    A combination that leaves everybody else out exists exactly where the figures, cut to the
    records of everybody else, have a smaller rank.

    Args:
        figures: all that was seen.
        people: record to the person it is of.
        k: as promised.
    """
    rows = {tuple(sorted((repr(r), w) for r, w in f.items() if w)): f for f in figures}
    records = sorted({one for row in rows.values() for one in row}, key=repr)
    if not records:
        return None
    table = np.array([[row.get(one, 0) for one in records] for row in rows.values()], np.int64)
    basis = reduced(table)
    owner = np.array([people[one] for one in records])
    everybody = sorted(set(owner.tolist()))
    for few in itertools.combinations(everybody, min(k - 1, len(everybody))):
        if len(reduced(basis[:, ~np.isin(owner, few)])) < len(basis):
            return set(few)
    return None
