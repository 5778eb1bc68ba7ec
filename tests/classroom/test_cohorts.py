"""No two views differ by fewer than k people: by brute force over all that a class can do."""

import itertools
import random
from collections.abc import Iterable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fer_core.classroom.cohorts import CohortKeeper
from fer_core.classroom.measures import WIDTH, figures_of


def check(groups: Iterable[frozenset[int]], k: int) -> None:
    """Each has k people at least, and no subtraction of two leaves fewer than k."""
    shown = set(groups) - {frozenset()}
    assert all(len(group) >= k for group in shown)
    for one, other in itertools.combinations(shown, 2):
        assert len(one ^ other) >= k, (one, other)


@pytest.mark.parametrize("k", [2, 3])
def test_every_way_of_coming_and_going_of_a_small_class(k: int) -> None:
    """All sequences of four events of six people, from every size of class."""
    people = range(6)
    for begin in range(k - 1, 7):
        for events in itertools.product(people, repeat=4):
            keeper = CohortKeeper(k, rng=random.Random(1))
            present = set(range(begin))
            views = [keeper.choose(present)]
            for person in events:
                present ^= {person}
                views.append(keeper.choose(present))
                assert views[-1] <= present
            check([*views, *keeper.shown], k)


@settings(max_examples=40, deadline=None)
@given(
    st.integers(2, 6),
    st.integers(0, 2**16),
    st.lists(st.sets(st.integers(0, 29), max_size=4), min_size=1, max_size=40),
)
def test_a_long_lesson_of_thirty(k: int, seed: int, events: list[set[int]]) -> None:
    keeper = CohortKeeper(k, rng=random.Random(seed))
    present = set(range(25))
    views = [keeper.choose(present)]
    for moved in events:
        present ^= moved
        views.append(keeper.choose(present))
        assert views[-1] <= present
    check([*views, *keeper.shown], k)


@pytest.mark.parametrize("size", range(2, 13))
@pytest.mark.parametrize("k", [2, 3, 5])
def test_one_join_one_leave_and_one_erase_show_nothing_about_that_person(k: int, size: int) -> None:
    """The views around the event do not change with what the one person shows."""
    for event in ("join", "leave"):
        for person in range(size):
            everybody = frozenset(range(size))
            others = everybody - {person}
            before, after = (others, everybody) if event == "join" else (everybody, others)
            views = {}
            for face in (0.0, 1.0):  # all that one person can show
                values = {one: np.full(WIDTH, 0.5) for one in everybody}
                values[person] = np.full(WIDTH, face)
                keeper = CohortKeeper(k, rng=random.Random(person))
                groups = [keeper.choose(before), keeper.choose(after)]
                views[face] = groups
                assert groups[0] == groups[1] or len(groups[0] ^ groups[1]) >= k or not groups[1]
                if event == "join" and groups[0]:
                    first, second = (
                        figures_of(np.array([values[one] for one in sorted(group)]), k)
                        for group in groups
                    )
                    assert first is not None
                    assert second is not None
                    assert (first.values == second.values).all()
            assert views[0.0] == views[1.0], "who is shown does not depend on what they show"


def test_joining_waits_for_k_and_leaving_lets_others_rest() -> None:
    keeper = CohortKeeper(3, rng=random.Random(2))
    assert keeper.choose({1, 2}) == frozenset()
    first = frozenset(range(8))
    assert keeper.choose(first) == first
    assert keeper.choose({*first, 8, 9}) == first
    more = frozenset(range(11))
    assert keeper.choose(more) == more
    less = keeper.choose(more - {0})
    assert 0 not in less
    assert len(less) == 8, "who left and two others"
    assert keeper.choose(more) == more, "who comes back finds the group of before"


def test_too_few_for_another_group_pauses_the_view() -> None:
    keeper = CohortKeeper(2, rng=random.Random(0))
    assert keeper.choose({1, 2}) == {1, 2}
    assert keeper.choose({1}) == frozenset()
    assert keeper.choose({1, 3}) == {1, 3}, "one went and another came: two people"
    assert keeper.choose({1, 2}) == {1, 2}


def test_after_a_restart_the_groups_of_before_still_count() -> None:
    first = frozenset(range(5))
    keeper = CohortKeeper(5, shown=[first])
    assert keeper.choose(range(6)) == first
    assert keeper.choose(range(1, 6)) == frozenset()
    with pytest.raises(ValueError, match="at least 1"):
        CohortKeeper(0)
