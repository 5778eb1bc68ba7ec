"""Viewers of a clip: no second of any two looks tells about fewer than k of them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fer_core.reactions import ReactionCourse, overlay
from tests.promises.algebra import Weights, few_told

K = 3
SECONDS = 4
#: What one viewer's second shows while all others show nothing.
_PROBE = 10.0**6


def course(seen: int, value: float = 0.0) -> ReactionCourse:
    """Seen in the seconds whose bits are set."""
    probs = np.full((SECONDS, 7), np.nan)
    for second in range(SECONDS):
        if seen >> second & 1:
            probs[second] = value
    return ReactionCourse(probs, np.ones(SECONDS))


def weights_of(viewers: list[int | None]) -> list[Weights]:
    """A figure for each second: how much each viewer counts, times how many there are."""
    plain = [None if seen is None else course(seen) for seen in viewers]
    figures: list[dict[int, int]] = [{} for _ in range(SECONDS)]
    for place, seen in enumerate(viewers):
        if seen is None:
            continue
        both = overlay([*plain[:place], course(seen, _PROBE), *plain[place + 1 :]], K)
        if both is None:
            continue
        for second in range(SECONDS):
            if both.seen[second]:
                figures[second][place] = round(
                    float(both.mean[second, 3]) / _PROBE * int(both.seen[second])
                )
    return list(figures)


def told(looks: list[list[int | None]]) -> set[int] | None:
    """About whom a second tells, after all the looks."""
    people = {place: place for place in range(40)}
    by_look = [weights_of(look) for look in looks]
    for second in range(SECONDS):
        found = few_told([figures[second] for figures in by_look], people, K)
        if found is not None:
            return found
    return None


def test_a_second_counts_a_whole_group_or_none_of_it() -> None:
    """The rest of the second group looked away: the two looks told that one viewer's second."""
    first: list[int | None] = [0b1111] * K
    assert told([first, [*first, 0b1111, *[0b0001] * (K - 1)]]) is None


LOOKS = st.lists(
    st.tuples(st.lists(st.integers(0, 15), max_size=4), st.integers(0, 12)), min_size=1, max_size=5
)


def histories(events: list[tuple[list[int], int]]) -> list[list[int | None]]:
    """Viewers come, and one deletes theirs, between looks."""
    looks: list[list[int | None]] = []
    now: list[int | None] = []
    for come, gone in events:
        now = [*now, *(seen | 1 for seen in come)]
        if gone < len(now):
            now[gone] = None
        looks.append(list(now))
    return looks


@settings(max_examples=150)
@given(LOOKS)
def test_no_looks_tell_about_few(events: list[tuple[list[int], int]]) -> None:
    assert told(histories(events)) is None


@pytest.mark.soak
@settings(max_examples=5000, derandomize=False)
@given(LOOKS)
def test_thousands_of_looks(events: list[tuple[list[int], int]]) -> None:
    assert told(histories(events)) is None
